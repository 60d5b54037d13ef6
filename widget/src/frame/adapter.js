/**
 * The connection that botframework-webchat talks to: it has Direct Line's shape, but every
 * message is one request to our own server. Messages go out one after another.
 */
import { activityOf, MESSAGE_ID, typing, USER } from './activities.js';
import { openChoices, readMessage } from './messages.js';
import { observable } from './observable.js';

/** The typing signs last this long in the chat, see look.js; repeated before they end. */
const TYPING_EVERY = 2000;
const TYPING_AFTER_REPLY = 600;
const CONNECTED = 2;

/**
 * @typedef {import('./messages.js').Message} Message
 *
 * @param {object} options
 * @param {(text: string, id: string) => AsyncGenerator<Record<string, unknown>>} options.turn
 * @param {Message[]} options.transcript what was said before
 * @param {Message} options.welcome
 * @param {string} options.botName
 * @param {() => number} options.nextOrder
 * @param {(message: Message) => void} options.onReply a new message of the bot
 * @param {() => void} options.onSent
 * @param {(error: unknown) => void} options.onFailed nothing arrived: the message shows "Retry"
 * @param {(error: unknown, again: () => void) => void} options.onBroken the reply broke off
 * @param {() => void} options.onTurn a turn has ended, well or not
 * @param {() => void} options.onForgotten what is shown here is no longer what was said
 */
export function createAdapter(options) {
  const { turn, transcript, welcome, nextOrder } = options;
  /** @type {Set<(activity: WebChatActivity) => void>} */
  const listeners = new Set();
  const seen = new Set(transcript.map(({ id }) => id));
  let queue = Promise.resolve();
  let hasEnded = false;

  /** @param {WebChatActivity} activity */
  const show = (activity) => {
    if (!hasEnded) for (const listener of listeners) listener(activity);
  };

  /** @param {(activity: WebChatActivity) => void} tell */
  function replay(tell) {
    const all = [welcome, ...transcript];
    const open = openChoices(all);
    all.forEach((message, index) => {
      tell(activityOf(message, nextOrder(), index === all.length - 1 ? open : []));
    });
  }

  /**
   * Plays one turn. A reply that was shown already, on an earlier try, is not shown again.
   *
   * @param {string} text
   * @param {string} id
   * @param {() => void} onAccepted
   */
  async function play(text, id, onAccepted) {
    const sign = createTypingSign(() => show(typing(options.botName)));
    /** @type {Message[]} */
    const replies = [];
    try {
      for await (const line of turn(text, id)) {
        onAccepted();
        const message = line.type === 'message' ? readMessage({ ...line, from: 'bot' }) : null;
        if (!message) continue;
        replies.push(message);
        if (seen.has(message.id)) continue;
        seen.add(message.id);
        sign.pause();
        options.onReply(message);
        show(activityOf(message, nextOrder(), openChoices(replies)));
      }
      onAccepted();
    } finally {
      sign.end();
      options.onTurn();
    }
  }

  /**
   * @param {string} text
   * @param {string} id
   */
  function goOn(text, id) {
    queue = queue.then(() =>
      play(text, id, () => {}).catch((error) => options.onBroken(error, () => goOn(text, id))),
    );
  }

  return {
    activity$: observable((observer) => {
      listeners.add(observer.next);
      replay(observer.next);
    }),
    connectionStatus$: observable((observer) => {
      for (let status = 0; status <= CONNECTED; status += 1) observer.next(status);
    }),
    /** @param {WebChatActivity} activity */
    postActivity(activity) {
      return observable((observer) => {
        if (activity.type !== 'message') {
          observer.next('');
          observer.complete();
          return;
        }
        const id = String(activity.channelData?.[MESSAGE_ID]);
        const text = activity.text ?? '';
        let isAccepted = false;
        const accept = () => {
          if (isAccepted) return;
          isAccepted = true;
          seen.add(id);
          options.onSent();
          show({ ...activity, id, from: USER, timestamp: new Date().toISOString() });
          observer.next(id);
          observer.complete();
        };
        queue = queue.then(() =>
          play(text, id, accept).catch((error) => {
            if (isAccepted) {
              options.onBroken(error, () => goOn(text, id));
            } else {
              options.onFailed(error);
              observer.error(error);
            }
          }),
        );
      });
    },
    /**
     * Shows what was said elsewhere, after what is under way here.
     *
     * @param {() => Promise<Message[]>} read
     */
    catchUp(read) {
      queue = queue.then(async () => {
        const all = await read().catch(() => null);
        if (!all || hasEnded) return;
        const ids = new Set(all.map(({ id }) => id));
        if ([...seen].some((id) => !ids.has(id))) {
          options.onForgotten();
          return;
        }
        const fresh = all.filter(({ id }) => !seen.has(id));
        const open = openChoices(all);
        fresh.forEach((message, index) => {
          seen.add(message.id);
          show(activityOf(message, nextOrder(), index === fresh.length - 1 ? open : []));
        });
      });
    },
    end() {
      hasEnded = true;
    },
  };
}

/**
 * Shows that the bot is at work, again and again, until it ends.
 *
 * @param {() => void} show
 */
function createTypingSign(show) {
  let timer = setInterval(show, TYPING_EVERY);
  show();
  return {
    /** A reply has come; perhaps another one follows. */
    pause() {
      clearInterval(timer);
      timer = setTimeout(() => {
        show();
        timer = setInterval(show, TYPING_EVERY);
      }, TYPING_AFTER_REPLY);
    },
    end() {
      clearInterval(timer);
      clearTimeout(timer);
    },
  };
}
