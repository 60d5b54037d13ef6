/** What leaves the chat: files and printed pages. Both are made in the browser. */
import { byId, make } from './dom.js';

/**
 * @param {string} name without the ending
 * @param {string} text
 */
export function saveText(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = make('a', { href: address, download: `${name}.txt`, hidden: '' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/**
 * Prints a page of its own: the print style sheet hides everything else.
 *
 * @param {{ title: string, lines: string[], entries?: import('./transcript.js').Entry[],
 *   text?: string }} page
 */
export function printPage({ title, lines, entries = [], text = '' }) {
  const paper = byId('print');
  paper.replaceChildren(
    make('h1', {}, title),
    ...lines.map((line) => make('p', { class: 'meta' }, line)),
    ...(text ? [make('div', { class: 'said' }, text)] : []),
    ...entries.map((entry) =>
      make(
        'section',
        {},
        make('h2', {}, `${entry.who} `, make('small', {}, entry.time)),
        make('div', { class: 'said' }, entry.text),
        ...(entry.choices ? [make('p', { class: 'meta' }, entry.choices)] : []),
      ),
    ),
  );
  paper.hidden = false;
  addEventListener(
    'afterprint',
    () => {
      paper.hidden = true;
      paper.replaceChildren();
    },
    { once: true },
  );
  window.print();
}
