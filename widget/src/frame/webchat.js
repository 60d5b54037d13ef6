/** Loads botframework-webchat and draws it. */
import { outgoing, withMessageId } from './activities.js';
import { make } from './dom.js';
import { styleOptions } from './look.js';
import { newId } from './messages.js';
import { createRenderer } from './render.js';

const POST = 'DIRECT_LINE/POST_ACTIVITY';
const PENDING = 'DIRECT_LINE/POST_ACTIVITY_PENDING';

/** @type {Promise<WebChatGlobal> | undefined} */
let loading;

/**
 * Loads the bundle once. After a failure the next call tries again.
 *
 * @returns {Promise<WebChatGlobal>}
 */
export function loadWebChat() {
  loading ??= new Promise((resolve, reject) => {
    const script = make('script', { src: WEBCHAT_FILE, integrity: WEBCHAT_INTEGRITY });
    script.addEventListener('load', () => {
      if (window.WebChat) resolve(window.WebChat);
      else reject(new Error('The chat bundle is not what it should be.'));
    });
    script.addEventListener('error', () => {
      script.remove();
      loading = undefined;
      reject(new Error('The chat bundle did not load.'));
    });
    document.head.append(script);
  });
  return loading;
}

/**
 * @param {object} options
 * @param {WebChatGlobal} options.webChat
 * @param {ReturnType<typeof import('./adapter.js').createAdapter>} options.adapter
 * @param {() => number} options.nextOrder
 * @param {import('../locales/frame.js').Texts} options.texts
 * @param {string} options.nonce
 * @param {Element} options.place
 */
export function createChatView({ webChat, adapter, nextOrder, texts, nonce, place }) {
  const store = webChat.createStore({}, () => (next) => (action) => {
    const { activity } = action.payload ?? {};
    /** @param {WebChatActivity} changed */
    const go = (changed) => next({ ...action, payload: { ...action.payload, activity: changed } });
    if (activity && action.type === POST) return go(outgoing(activity, nextOrder(), newId));
    if (activity && action.type === PENDING) return go(withMessageId(activity));
    return next(action);
  });
  const renderMarkdown = createRenderer(texts.lang);
  const stillness = matchMedia('(prefers-reduced-motion: reduce)');
  return {
    /** @param {import('./theme.js').Palette} colours */
    draw(colours) {
      webChat.renderWebChat(
        {
          directLine: adapter,
          store,
          nonce,
          renderMarkdown,
          locale: texts.webchat,
          dir: texts.direction,
          userID: 'visitor',
          styleOptions: styleOptions(colours, stillness.matches),
        },
        place,
      );
    },
    /** @param {string} text */
    send(text) {
      store.dispatch({ type: 'WEB_CHAT/SEND_MESSAGE', payload: { text, method: 'menu' } });
    },
  };
}
