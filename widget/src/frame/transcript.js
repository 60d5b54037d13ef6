/** The chat as plain text, for the file and for printing. */
import { fill } from '../shared/locale.js';

/**
 * @typedef {{ who: string, time: string, text: string, choices: string }} Entry
 *
 * @param {import('./messages.js').Message[]} messages
 * @param {import('../locales/frame.js').Texts} texts
 * @returns {Entry[]}
 */
export function entriesOf(messages, texts) {
  const clock = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'short', timeStyle: 'short' });
  return messages.map((message) => ({
    who: message.from === 'user' ? texts.you : texts.bot,
    time: clock.format(message.time),
    text: message.text,
    choices: message.buttons.length
      ? fill(texts.choices, { list: message.buttons.map(({ title }) => title).join(' / ') })
      : '',
  }));
}

/**
 * @param {Date} date
 * @param {import('../locales/frame.js').Texts} texts
 * @returns {string}
 */
export function headingOf(date, texts) {
  const day = new Intl.DateTimeFormat(texts.lang, { dateStyle: 'long' }).format(date);
  return fill(texts.transcriptTitle, { date: day });
}

/**
 * @param {import('./messages.js').Message[]} messages
 * @param {string} title
 * @param {Date} date
 * @param {import('../locales/frame.js').Texts} texts
 * @returns {string}
 */
export function asText(messages, title, date, texts) {
  const parts = entriesOf(messages, texts).map(({ who, time, text, choices }) =>
    [`${who} (${time}):`, text, choices].filter(Boolean).join('\n'),
  );
  const head = [title, headingOf(date, texts), texts.notDoctor].join('\n');
  return `${[head, ...parts].join('\n\n')}\n`;
}
