/** The languages of the frame. A new language is one more line here and in loader.js. */
import { frame as en } from './en.js';
import { frame as es } from './es.js';

/** @typedef {typeof en} Texts */

/** @type {{ en: Texts, [locale: string]: Texts | undefined }} */
export const FRAME_TEXTS = { en, es };
