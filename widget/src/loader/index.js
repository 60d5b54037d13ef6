/**
 * The loader: the only thing that a page loads before the visitor opens the chat.
 * It draws the launcher and, on a click, the frame in which the whole chat lives.
 */

import { LOADER_TEXTS } from '../locales/loader.js';
import { pickLocale } from '../shared/locale.js';
import { cleanSettings } from '../shared/settings.js';
import { start } from './chat.js';
import { draw, HOST_ID } from './view.js';

const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);

/** @param {HTMLScriptElement} tag */
function run(tag) {
  if (document.getElementById(HOST_ID)) return;
  const { dataset } = tag;
  const locale = dataset.locale || document.documentElement.lang;
  const settings = cleanSettings({ ...dataset, locale }, document.baseURI);
  const texts = LOADER_TEXTS[pickLocale(locale, Object.keys(LOADER_TEXTS))] ?? LOADER_TEXTS.en;
  const view = draw({
    texts,
    color: settings.color,
    label: dataset.label?.trim() || texts.label,
    title: settings.title || texts.region,
    onLeft: dataset.position === 'left',
  });
  start(view, settings, texts, new URL('chat', tag.src), dataset.logo);
}

if (script) {
  if (document.body) run(script);
  else addEventListener('DOMContentLoaded', () => run(script));
}
