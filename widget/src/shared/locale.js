/**
 * Returns the name of the locale to use: the same, else the same language, else English.
 *
 * @param {string} wanted such as `es-MX`
 * @param {string[]} available
 * @returns {string}
 */
export function pickLocale(wanted, available) {
  const name = wanted.toLowerCase();
  const language = name.split('-')[0];
  return (
    available.find((one) => one.toLowerCase() === name) ??
    available.find((one) => one.toLowerCase() === language) ??
    'en'
  );
}

/**
 * Fills `{name}` in a text.
 *
 * @param {string} text
 * @param {Record<string, string | number>} values
 * @returns {string}
 */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
