/**
 * What the server says, checked: only known fields of the right type get through.
 *
 * @typedef {{ title: string, payload: string }} Choice
 * @typedef {object} Message
 * @property {string} id
 * @property {'user' | 'bot'} from
 * @property {string} text
 * @property {Choice[]} buttons
 * @property {Date} time
 */

const MOST_BUTTONS = 20;

/**
 * @param {Record<string, unknown>} raw
 * @param {string} [fallbackId]
 * @returns {Message | null} null when there is nothing to show
 */
export function readMessage(raw, fallbackId = crypto.randomUUID()) {
  const text = typeof raw.text === 'string' ? raw.text : '';
  const buttons = readButtons(raw.buttons);
  if (!text.trim() && !buttons.length) return null;
  return {
    id: typeof raw.id === 'string' && raw.id ? raw.id : fallbackId,
    from: raw.from === 'user' ? 'user' : 'bot',
    text,
    buttons,
    time: readTime(raw.time),
  };
}

/**
 * @param {unknown} raw the answer of `GET messages`
 * @returns {Message[]}
 */
export function readTranscript(raw) {
  const list = /** @type {{ messages?: unknown } | null} */ (raw)?.messages;
  if (!Array.isArray(list)) return [];
  return list.flatMap((one, index) => {
    const isObject = one && typeof one === 'object';
    const message = isObject ? readMessage(one, `restored-${index}`) : null;
    return message ? [message] : [];
  });
}

/**
 * @param {unknown} raw
 * @returns {Choice[]}
 */
function readButtons(raw) {
  if (!Array.isArray(raw)) return [];
  return raw
    .filter((one) => typeof one?.title === 'string' && one.title.trim())
    .slice(0, MOST_BUTTONS)
    .map(({ title, payload }) => ({
      title,
      payload: typeof payload === 'string' && payload ? payload : title,
    }));
}

/**
 * @param {unknown} raw ISO text, or seconds since 1970
 * @returns {Date}
 */
function readTime(raw) {
  const time =
    typeof raw === 'number' ? new Date(raw * 1000) : typeof raw === 'string' ? new Date(raw) : null;
  return time && !Number.isNaN(time.getTime()) ? time : new Date();
}

/**
 * Returns the choices that are open at the end of a transcript: those of the bot's last turn.
 *
 * @param {Message[]} messages
 * @returns {Choice[]}
 */
export function openChoices(messages) {
  for (const message of [...messages].reverse()) {
    if (message.from === 'user') return [];
    if (message.buttons.length) return message.buttons;
  }
  return [];
}

/** @returns {string} an id of 22 characters that nobody can guess */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
