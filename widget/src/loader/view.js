/**
 * What the loader draws: the launcher, and the dialog that holds the frame.
 * A closed shadow root and a constructed style sheet keep the page's styles out and need no
 * exception in the page's content security policy.
 */
import { parseColour, readableOn } from '../shared/colour.js';
import css from './loader.css';

export const HOST_ID = 'stria-chat';
const SPEECH = 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z';
const CROSS = 'M5 5l14 14M19 5L5 19';

/**
 * @typedef {object} View
 * @property {HTMLButtonElement} launcher
 * @property {HTMLDialogElement} dialog
 * @property {(open: boolean) => void} showOpen how the launcher looks
 * @property {(count: number, spoken: string) => void} showUnread
 *
 * @param {{ texts: import('../locales/loader.js').Texts, color: string, label: string, title: string,
 *   onLeft: boolean }} options
 * @returns {View}
 */
export function draw({ texts, color, label, title, onLeft }) {
  const host = make('div', { id: HOST_ID, role: 'region', 'aria-label': title });
  const root = host.attachShadow({ mode: 'closed' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const accent = parseColour(color);
  if (accent) {
    sheet.insertRule(
      `:host{--accent:${color};--on-accent:${readableOn(accent)}}`,
      sheet.cssRules.length,
    );
  }
  if (onLeft) sheet.insertRule(':host{--left:20px;--right:auto}', sheet.cssRules.length);
  root.adoptedStyleSheets = [sheet];

  const speech = icon(SPEECH, 'speech');
  const cross = icon(CROSS, 'cross');
  const name = make('span', { class: 'label' }, label);
  const closing = make('span', { class: 'hidden' }, texts.close);
  const badge = make('span', { class: 'badge', 'aria-hidden': 'true' });
  const spokenCount = make('span', { class: 'hidden' });
  const launcher = make('button', {
    type: 'button',
    class: 'launcher',
    'aria-haspopup': 'dialog',
    'aria-expanded': 'false',
  });
  launcher.append(speech, cross, name, closing, spokenCount, badge);
  const status = make('div', { class: 'hidden', role: 'status' });
  const dialog = make('dialog', { class: 'panel', 'aria-label': title });
  root.append(launcher, status, dialog);
  closing.hidden = badge.hidden = true;
  document.body.append(host);

  return {
    launcher,
    dialog,
    showOpen(open) {
      launcher.setAttribute('aria-expanded', String(open));
      launcher.classList.toggle('open', open);
      name.hidden = open;
      closing.hidden = !open;
    },
    showUnread(count, spoken) {
      badge.hidden = !count;
      badge.textContent = count > 9 ? '9+' : String(count);
      spokenCount.textContent = spoken && `, ${spoken}`;
      status.textContent = spoken;
    },
  };
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} attributes
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes, text) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text) element.textContent = text;
  return element;
}

/**
 * @param {string} path
 * @param {string} name
 * @returns {SVGElement}
 */
function icon(path, name) {
  const space = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(space, 'svg');
  const line = document.createElementNS(space, 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', name);
  line.setAttribute('d', path);
  svg.append(line);
  return svg;
}
