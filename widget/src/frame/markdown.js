/**
 * The server's text as HTML. The text is data: HTML in it stays text, links lead only to
 * https, telephone and e-mail, and what comes out is sanitised once more before it is used.
 */
import MarkdownIt from 'markdown-it';

/** The languages in which the assistant begins on a page in them; on others it writes the first. */
export const SPOKEN = ['en', 'es'];
const SAFE_LINK = /^(https:\/\/|tel:|mailto:)/i;

const parser = new MarkdownIt({ html: false, breaks: true, linkify: true })
  // Plain text must not turn into something else: four spaces are no program, a line of dashes
  // makes no heading, and pictures would be loaded from elsewhere.
  .disable([
    'code',
    'fence',
    'heading',
    'lheading',
    'hr',
    'html_block',
    'reference',
    'image',
    'table',
  ]);
parser.linkify.set({ fuzzyLink: false, fuzzyIP: false });
parser.validateLink = (address) => SAFE_LINK.test(address.trim());

/** What may be in a message, for DOMPurify. */
export const ALLOWED = {
  ALLOWED_TAGS: [
    'a',
    'blockquote',
    'br',
    'code',
    'div',
    'em',
    'li',
    'ol',
    'p',
    's',
    'strong',
    'ul',
  ],
  ALLOWED_ATTR: ['href', 'rel', 'target', 'lang', 'start'],
  ALLOWED_URI_REGEXP: SAFE_LINK,
  // The pattern above is for links; DOMPurify would hold every other value against it too.
  ADD_URI_SAFE_ATTR: ['rel', 'target', 'lang', 'start'],
};

parser.renderer.rules.link_open = (tokens, index, options, _environment, self) => {
  tokens[index]?.attrSet('target', '_blank');
  tokens[index]?.attrSet('rel', 'noopener noreferrer');
  return self.renderToken(tokens, index, options);
};

/** `[name]: address`, which Markdown takes for the definition of a link. */
const DEFINITION = /\[(?=(?:\\.|[^\]\\])*\]:)/gs;

/**
 * Keeps definitions of links text. botframework-webchat reads them by itself, past our renderer,
 * and makes links of them, to any address.
 *
 * @param {string} text
 * @returns {string} Markdown
 */
export function withoutDefinitions(text) {
  return text.replace(DEFINITION, '\\[');
}

const LIST_ITEM = /^\s*([-*+]|\d{1,3}[.)])\s/;

/**
 * Ends a list where its lines end. Markdown would take the next line into the last item.
 *
 * @param {string} text
 * @returns {string}
 */
function endLists(text) {
  const lines = text.split('\n');
  return lines
    .map((line, index) => {
      const isAfterList = LIST_ITEM.test(lines[index - 1] ?? '');
      return isAfterList && line.trim() && !LIST_ITEM.test(line) ? `\n${line}` : line;
    })
    .join('\n');
}

/**
 * @param {string} text
 * @param {string} pageLanguage
 * @returns {string} HTML, still to be sanitised
 */
export function toHtml(text, pageLanguage) {
  const html = parser.render(endLists(text)).trim();
  return SPOKEN.includes(pageLanguage) ? html : `<div lang="${SPOKEN[0]}">${html}</div>`;
}
