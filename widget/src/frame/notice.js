/** One line above the chat when something went wrong; screen readers say it at once. */
import { button, byId, make } from './dom.js';

/**
 * @param {string} dismissText
 */
export function createNotice(dismissText) {
  const place = byId('notice');
  const clear = () => place.replaceChildren();
  return {
    clear,
    /**
     * @param {string} text
     * @param {{ text: string, run: () => void }} [action]
     */
    show(text, action) {
      const close = button('×', clear, 'small plain');
      close.setAttribute('aria-label', dismissText);
      const line = make('div', { class: 'notice' }, make('p', {}, text));
      if (action) {
        line.append(
          button(
            action.text,
            () => {
              clear();
              action.run();
            },
            'small',
          ),
        );
      }
      line.append(close);
      place.replaceChildren(line);
    },
  };
}

/** @typedef {ReturnType<typeof createNotice>} Notice */
