import js from '@eslint/js';
import globals from 'globals';

/** Ways to put text into a page as HTML: nothing here may use them. */
const AS_HTML = ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'setHTMLUnsafe'];

export default [
  { ignores: ['dist/'] },
  js.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-shadow': 'error',
      'no-var': 'error',
      'no-restricted-properties': ['error', ...AS_HTML.map((property) => ({ property }))],
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-template': 'error',
    },
  },
  {
    files: ['src/**'],
    languageOptions: {
      globals: { ...globals.browser, WEBCHAT_FILE: 'readonly', WEBCHAT_INTEGRITY: 'readonly' },
    },
  },
  {
    files: ['scripts/**', 'dev/**', 'test/**', '*.mjs'],
    languageOptions: { globals: globals.node },
  },
];
