/** Small helpers for building the page. Text always goes in as text, never as HTML. */

/**
 * @param {string} id
 * @returns {HTMLElement} the element of the template that has this id
 */
export function byId(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`The template has no element "${id}".`);
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(string | Node)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} text
 * @param {() => void} onClick
 * @param {string} [kind] class of the button
 * @returns {HTMLButtonElement}
 */
export function button(text, onClick, kind = '') {
  const element = make('button', { type: 'button', class: `button ${kind}`.trim() }, text);
  element.addEventListener('click', onClick);
  return element;
}

/**
 * Returns a link that opens in a new tab and says so.
 *
 * @param {string} address
 * @param {string} text
 * @param {string} newTab such as "(opens in a new tab)"
 * @returns {HTMLAnchorElement}
 */
export function outsideLink(address, text, newTab) {
  const link = make('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, text);
  link.append(make('span', { class: 'hidden' }, ` ${newTab}`));
  return link;
}

/**
 * Says something to screen readers without showing it.
 *
 * @param {string} text
 */
export function announce(text) {
  const status = byId('status');
  status.textContent = '';
  setTimeout(() => {
    status.textContent = text;
  }, 100);
}
