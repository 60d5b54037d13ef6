/** Modal dialogs inside the chat. The browser keeps the focus in and gives it back. */
import { button, make } from './dom.js';

let count = 0;

/**
 * The first focus is set here: browsers ignore `autofocus` in a frame on another site.
 *
 * @param {string} title
 * @param {(close: () => void) => { nodes: Node[], first: HTMLElement }} content
 * @param {string} [role]
 */
function show(title, content, role = 'dialog') {
  count += 1;
  const id = `dialog-${count}`;
  const dialog = make('dialog', { class: 'dialog', 'aria-labelledby': id, role });
  const close = () => dialog.close();
  const { nodes, first } = content(close);
  dialog.append(make('h2', { id }, title), ...nodes);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  first.focus();
}

/**
 * Asks before something that can't be undone. Focus stands on "Cancel".
 *
 * @param {{ title: string, text: string, yes: string, cancel: string }} texts
 * @param {() => void} run
 */
export function confirmFirst(texts, run) {
  show(
    texts.title,
    (close) => {
      const yes = button(
        texts.yes,
        () => {
          close();
          run();
        },
        'danger',
      );
      const cancel = button(texts.cancel, close);
      const actions = make('div', { class: 'actions' }, cancel, yes);
      return { nodes: [make('p', {}, texts.text), actions], first: cancel };
    },
    'alertdialog',
  );
}

/**
 * Shows a longer text with what can be done with it.
 *
 * @param {{ title: string, text: string, done: string, lang: string }} content
 * @param {{ text: string, run: () => void }[]} actions
 */
export function showText({ title, text, done, lang }, actions) {
  show(title, (close) => {
    const last = button(done, close, 'main');
    const nodes = [
      make(
        'div',
        { class: 'said scroll', tabindex: '0', role: 'group', 'aria-label': title, lang },
        text,
      ),
      make('div', { class: 'actions' }, ...actions.map((one) => button(one.text, one.run)), last),
    ];
    return { nodes, first: last };
  });
}

/** @returns {boolean} */
export function isDialogOpen() {
  return document.querySelector('dialog[open]') !== null;
}
