/**
 * Colours that can be read: WCAG 2 luminance and contrast.
 *
 * @typedef {[number, number, number]} Rgb red, green and blue, 0 to 255
 */

const WHITE = '#ffffff';
const BLACK = '#000000';

/**
 * Returns the colour of `#abc` or `#aabbcc`, or null for anything else.
 *
 * @param {unknown} text
 * @returns {Rgb | null}
 */
export function parseColour(text) {
  const found = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(typeof text === 'string' ? text.trim() : '');
  if (!found?.[1]) return null;
  const digits = found[1].length === 3 ? found[1].replace(/./g, '$&$&') : found[1];
  const value = Number.parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * @param {Rgb} rgb
 * @returns {string} `#aabbcc`
 */
export function toHex(rgb) {
  return `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
}

/**
 * @param {Rgb} rgb
 * @returns {number} relative luminance, 0 to 1
 */
function luminance(rgb) {
  const [r, g, b] = /** @type {Rgb} */ (
    rgb.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    })
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {Rgb} one
 * @param {Rgb} other
 * @returns {number} contrast ratio, 1 to 21
 */
export function contrast(one, other) {
  const first = luminance(one) + 0.05;
  const second = luminance(other) + 0.05;
  return Math.max(first, second) / Math.min(first, second);
}

/**
 * Returns white or black, whichever is easier to read on the colour. One of the two always has
 * a contrast above 4.5.
 *
 * @param {Rgb} background
 * @returns {string}
 */
export function readableOn(background) {
  return contrast(background, [255, 255, 255]) >= contrast(background, [0, 0, 0]) ? WHITE : BLACK;
}

/**
 * Returns the colour, moved towards white or black until it stands out from the background.
 *
 * @param {Rgb} colour
 * @param {Rgb} background
 * @param {number} [least] contrast to reach
 * @returns {Rgb}
 */
export function withContrast(colour, background, least = 4.5) {
  const end = readableOn(background) === WHITE ? 255 : 0;
  for (let share = 0; share < 1; share += 0.05) {
    const moved = /** @type {Rgb} */ (colour.map((part) => part + (end - part) * share));
    const rounded = /** @type {Rgb} */ (moved.map(Math.round));
    if (contrast(rounded, background) >= least) return rounded;
  }
  return [end, end, end];
}
