/** Markdown to HTML that is safe to show. */
import createPurifier from 'dompurify';
import { ALLOWED, toHtml } from './markdown.js';

/**
 * @param {string} pageLanguage
 * @returns {(text: string) => string}
 */
export function createRenderer(pageLanguage) {
  const purifier = createPurifier(window);
  purifier.addHook('afterSanitizeAttributes', (node) => {
    if (node.tagName !== 'A') return;
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  });
  return (text) => String(purifier.sanitize(toHtml(text, pageLanguage), ALLOWED));
}
