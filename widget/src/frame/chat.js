/** The running chat: the transcript, the connection and the view, put together. */
import { fill } from '../shared/locale.js';
import { createAdapter } from './adapter.js';
import { ApiError } from './api.js';
import { announce, make } from './dom.js';
import { readTranscript } from './messages.js';
import { createChatView, loadWebChat } from './webchat.js';

const QUIET_FOR = 2500;
/** The server refuses more. */
const LONGEST_MESSAGE = 1000;
const INPUT = '[data-id="webchat-sendbox-input"]';

/**
 * @typedef {object} Context
 * @property {import('./api.js').Api} api
 * @property {import('../locales/frame.js').Texts} texts
 * @property {import('./notice.js').Notice} notice
 * @property {string} nonce
 * @property {() => import('./theme.js').Palette} colours
 * @property {() => void} onReply
 * @property {() => void} onSessionLost
 * @property {() => void} onTurn
 * @property {() => void} onForgotten
 *
 * @param {Context} context
 * @param {HTMLElement} place
 */
export async function startChat(context, place) {
  const { api, texts, notice } = context;
  const [webChat, raw] = await Promise.all([loadWebChat(), api.messages()]);
  const transcript = readTranscript(raw);
  let order = 0;
  const nextOrder = () => {
    order += 1;
    return order;
  };

  /**
   * Tells what went wrong. Without a session nothing can go on here.
   *
   * @param {unknown} error
   * @param {string} what
   * @param {{ text: string, run: () => void }} [action]
   */
  const explain = (error, what, action) => {
    const { code, message } = error instanceof ApiError ? error : new ApiError('offline');
    if (code === 'no_session') {
      context.onSessionLost();
      return;
    }
    const why = message || (code === 'offline' ? texts.offline : '');
    notice.show(`${why} ${what}`.trim(), action);
  };
  const adapter = createAdapter({
    turn: api.turn,
    transcript,
    welcome: {
      id: 'welcome',
      from: 'bot',
      text: texts.welcome,
      buttons: texts.welcomeButtons,
      time: transcript[0]?.time ?? new Date(),
    },
    botName: texts.botName,
    nextOrder,
    onReply: context.onReply,
    onTurn: context.onTurn,
    onForgotten: context.onForgotten,
    onSent: notice.clear,
    onFailed: (error) => explain(error, texts.failed),
    onBroken: (error, again) => explain(error, texts.broken, { text: texts.again, run: again }),
  });
  const box = make('div', { class: 'webchat', dir: texts.direction });
  place.replaceChildren(box);
  const view = createChatView({
    webChat,
    adapter,
    nextOrder,
    texts,
    nonce: context.nonce,
    place: box,
  });
  view.draw(context.colours());
  whenFound(box, INPUT, (input) => {
    /** @type {HTMLTextAreaElement} */ (input).maxLength = LONGEST_MESSAGE;
    input.addEventListener('input', () => {
      const { value } = /** @type {HTMLTextAreaElement} */ (input);
      if (value.length >= LONGEST_MESSAGE) notice.show(fill(texts.tooLong, { n: LONGEST_MESSAGE }));
    });
  });
  if (transcript.length) {
    keepQuiet(box);
    announce(texts.restored);
  }

  return {
    send: view.send,
    redraw: () => view.draw(context.colours()),
    end: adapter.end,
    catchUp: () => adapter.catchUp(async () => readTranscript(await api.messages())),
    /** Puts the cursor into the input as soon as it is there. */
    focus() {
      whenFound(box, INPUT, (input) => input.focus());
    },
  };
}

/** @typedef {Awaited<ReturnType<typeof startChat>>} Chat */

/**
 * Keeps screen readers from reading out a whole restored chat.
 *
 * @param {Element} box
 */
function keepQuiet(box) {
  whenFound(box, '.webchat__live-region-transcript', (region) => {
    region.setAttribute('aria-hidden', 'true');
    setTimeout(() => region.removeAttribute('aria-hidden'), QUIET_FOR);
  });
}

/**
 * @param {Element} box
 * @param {string} selector
 * @param {(found: HTMLElement) => void} use
 */
function whenFound(box, selector, use) {
  const look = () => {
    const found = /** @type {HTMLElement | null} */ (box.querySelector(selector));
    if (found) use(found);
    return found !== null;
  };
  if (look()) return;
  const observer = new MutationObserver(() => {
    if (look()) observer.disconnect();
  });
  observer.observe(box, { childList: true, subtree: true });
}
