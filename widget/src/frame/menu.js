/**
 * The menu of the header, as the ARIA practices describe a menu button: arrows move, Home and
 * End jump, Escape and Tab close, and focus goes back to the button.
 *
 * @typedef {{ text: string, run?: () => void, href?: string }} Item
 */
import { make, outsideLink } from './dom.js';

/**
 * @param {HTMLElement} opener
 * @param {HTMLElement} menu
 * @param {string} newTab
 */
export function createMenu(opener, menu, newTab) {
  const items = () => /** @type {HTMLElement[]} */ ([...menu.querySelectorAll('[role=menuitem]')]);

  /** @param {number} index */
  const focus = (index) => {
    const all = items();
    all[(index + all.length) % all.length]?.focus();
  };
  /** @param {boolean} focusOpener */
  const close = (focusOpener) => {
    if (menu.hidden) return;
    menu.hidden = true;
    opener.setAttribute('aria-expanded', 'false');
    if (focusOpener) opener.focus();
  };
  /** @param {number} index */
  const open = (index) => {
    menu.hidden = false;
    opener.setAttribute('aria-expanded', 'true');
    focus(index);
  };

  opener.addEventListener('click', () => (menu.hidden ? open(0) : close(true)));
  opener.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    open(event.key === 'ArrowDown' ? 0 : -1);
  });
  menu.addEventListener('keydown', (event) => {
    const here = items().indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const moves = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 };
    if (event.key in moves) {
      event.preventDefault();
      focus(moves[/** @type {keyof typeof moves} */ (event.key)]);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      close(true);
    } else if (event.key === 'Tab') {
      close(false);
    }
  });
  document.addEventListener('pointerdown', (event) => {
    const target = /** @type {Node} */ (event.target);
    if (!menu.contains(target) && !opener.contains(target)) close(false);
  });
  // A press outside of the frame takes the focus away from it.
  addEventListener('blur', () => close(false));

  return {
    /** @param {Item[]} list */
    fill(list) {
      menu.replaceChildren(
        ...list.map(({ text, run, href }) => {
          const item = href
            ? outsideLink(href, text, newTab)
            : make('button', { type: 'button' }, text);
          item.setAttribute('role', 'menuitem');
          item.setAttribute('tabindex', '-1');
          item.addEventListener('click', () => {
            close(true);
            run?.();
          });
          return item;
        }),
      );
    },
  };
}
