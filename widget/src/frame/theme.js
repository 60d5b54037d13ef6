/**
 * The colours of the chat, light and dark, all with a contrast of 4.5 or more.
 * The site gives one colour; what is written on it, and with it, is worked out.
 *
 * @typedef {object} Palette
 * @property {boolean} isDark
 * @property {string} accent surfaces: the header, the visitor's messages, main buttons
 * @property {string} onAccent text on them
 * @property {string} accentText the accent as text and border on `surface` and `raised`
 * @property {string} surface
 * @property {string} raised the bot's messages, menus
 * @property {string} text
 * @property {string} subtle
 * @property {string} line
 * @property {string} danger
 */
import { parseColour, readableOn, toHex, withContrast } from '../shared/colour.js';

const DEFAULT_ACCENT = '#0b6266';

const LIGHT = {
  surface: '#ffffff',
  raised: '#eef3f3',
  text: '#17211f',
  subtle: '#55615f',
  line: '#b9c4c3',
  danger: '#a3221b',
};

const DARK = {
  surface: '#161b1c',
  raised: '#262e2f',
  text: '#edf2f1',
  subtle: '#aab6b4',
  line: '#4d5958',
  danger: '#ffb4ab',
};

/**
 * @param {string} color of the site, or empty
 * @param {boolean} isDark
 * @returns {Palette}
 */
export function palette(color, isDark) {
  const accent =
    parseColour(color) ?? /** @type {[number, number, number]} */ (parseColour(DEFAULT_ACCENT));
  const base = isDark ? DARK : LIGHT;
  const raised = /** @type {[number, number, number]} */ (parseColour(base.raised));
  return {
    ...base,
    isDark,
    accent: toHex(accent),
    onAccent: readableOn(accent),
    // `raised` is nearer to the text than `surface` is, so what stands out there does on both.
    accentText: toHex(withContrast(accent, raised)),
  };
}

const NAMES = {
  accent: '--accent',
  onAccent: '--on-accent',
  accentText: '--accent-text',
  surface: '--surface',
  raised: '--raised',
  text: '--text',
  subtle: '--subtle',
  line: '--line',
  danger: '--danger',
};

/**
 * Sets the colours now and whenever the system's preference changes.
 *
 * @param {import('../shared/settings.js').Settings} settings
 * @param {(palette: Palette) => void} onChange
 */
export function applyTheme(settings, onChange) {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const apply = () => {
    const isDark = settings.theme === 'auto' ? dark.matches : settings.theme === 'dark';
    const colours = palette(settings.color, isDark);
    const rules = Object.entries(NAMES).map(
      ([key, name]) => `${name}:${colours[/** @type {keyof typeof NAMES} */ (key)]}`,
    );
    sheet.replaceSync(`:root{color-scheme:${isDark ? 'dark' : 'light'};${rules.join(';')}}`);
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
    onChange(colours);
  };
  if (settings.theme === 'auto') dark.addEventListener('change', apply);
  apply();
}
