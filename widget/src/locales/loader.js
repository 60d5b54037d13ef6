/** The languages of the loader. A new language is one more line here and in frame.js. */
import { loader as en } from './en.js';
import { loader as es } from './es.js';

/** @typedef {typeof en} Texts */

/** @type {{ en: Texts, [locale: string]: Texts | undefined }} */
export const LOADER_TEXTS = { en, es };
