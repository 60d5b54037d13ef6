/**
 * What a site may set by data attributes. Read by the loader, checked again by the frame.
 *
 * @typedef {object} Settings
 * @property {string} title
 * @property {string} color `#aabbcc`, or empty
 * @property {string} locale
 * @property {string} privacy address of the privacy notice, or empty
 * @property {'auto' | 'light' | 'dark'} theme
 * @property {number} retentionDays
 */

const LONGEST_TITLE = 60;
const MOST_DAYS = 3650;
const DEFAULT_DAYS = 30;

/**
 * Returns settings that can be used, whatever came in.
 *
 * @param {Record<string, unknown>} raw
 * @param {string} [base] address that a relative privacy link is relative to
 * @returns {Settings}
 */
export function cleanSettings(raw, base) {
  const days = Number(raw.retentionDays);
  return {
    title: text(raw.title, LONGEST_TITLE),
    color: /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text(raw.color, 7)) ? text(raw.color, 7) : '',
    locale: text(raw.locale, 35),
    privacy: webAddress(raw.privacy, base),
    theme: raw.theme === 'light' || raw.theme === 'dark' ? raw.theme : 'auto',
    retentionDays: Number.isInteger(days) && days > 0 && days <= MOST_DAYS ? days : DEFAULT_DAYS,
  };
}

/**
 * @param {unknown} value
 * @param {number} longest
 * @returns {string}
 */
function text(value, longest) {
  return typeof value === 'string' ? value.trim().slice(0, longest) : '';
}

/**
 * @param {unknown} value
 * @param {string} [base]
 * @returns {string} the whole address when it is http or https, else empty
 */
function webAddress(value, base) {
  if (typeof value !== 'string' || !value.trim()) return '';
  try {
    const url = new URL(value, base);
    return /^https?:$/.test(url.protocol) ? url.href : '';
  } catch {
    return '';
  }
}
