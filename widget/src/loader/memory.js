/**
 * What this tab remembers, in the page's own storage. Written only after the visitor's first
 * click: whether the chat stands open, and a token that the frame has nowhere else to keep.
 *
 * @param {string} key
 */
export function remember(key) {
  return {
    /** @returns {string} */
    get() {
      try {
        return sessionStorage.getItem(key) ?? '';
      } catch {
        return '';
      }
    },

    /** @param {string} value empty to forget it */
    set(value) {
      try {
        if (value) sessionStorage.setItem(key, value);
        else sessionStorage.removeItem(key);
      } catch {
        // Storage is switched off: the chat starts closed on each page.
      }
    },
  };
}
