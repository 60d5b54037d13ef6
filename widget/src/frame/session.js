/**
 * The visitor's session. It lives in a cookie that scripts can't read. A browser that keeps no
 * cookie here (third-party cookies blocked) gets a token in place of it.
 */
import { ApiError } from './api.js';

/** The date of the consent text. Change it when what the visitor agrees to changes. */
export const CONSENT_VERSION = '2026-11-29';

const KEY = 'stria-session';

/**
 * Holds the token in the frame's local storage, else in its tab's storage. A browser that
 * forbids both leaves it to the page around the frame, which keeps it as long as the tab is open.
 *
 * @param {{ initial: string, onHomeless: (token: string) => void }} options `initial` is what
 *   the page kept; `onHomeless` gives it a token to keep, or an empty text to forget it
 */
export function createTokenStore({ initial, onHomeless }) {
  let inMemory = initial;
  const storages = () =>
    /** @type {const} */ (['localStorage', 'sessionStorage']).flatMap((name) => {
      try {
        return [window[name]];
      } catch {
        return [];
      }
    });
  return {
    /** @returns {string} */
    get() {
      for (const storage of storages()) {
        const found = storage.getItem(KEY);
        if (found) return found;
      }
      return inMemory;
    },
    /** @param {string} token */
    set(token) {
      inMemory = token;
      for (const storage of storages()) {
        try {
          storage.setItem(KEY, token);
          return;
        } catch {
          // Full or forbidden: the next one.
        }
      }
      onHomeless(token);
    },
    clear() {
      for (const storage of storages()) storage.removeItem(KEY);
      if (inMemory) onHomeless('');
      inMemory = '';
    },
  };
}

/** @typedef {ReturnType<typeof createTokenStore>} TokenStore */

/**
 * @param {import('./api.js').Api} api
 * @param {TokenStore} tokens
 */
export function createSession(api, tokens) {
  /** @param {{ session?: { token?: string }, token?: string }} answer */
  const keep = (answer) => {
    const token = answer.session?.token ?? answer.token;
    if (typeof token === 'string' && token) tokens.set(token);
  };

  /** @returns {Promise<boolean>} whether the visitor has a session, so has agreed before */
  async function exists() {
    try {
      keep(await api.session());
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'no_session') return false;
      throw error;
    }
  }

  return {
    exists,
    async begin() {
      tokens.clear();
      await api.begin(CONSENT_VERSION, false);
      if (await exists()) return;
      keep(await api.begin(CONSENT_VERSION, true));
    },
    async end() {
      try {
        await api.end();
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'no_session')) throw error;
      }
      tokens.clear();
    },
    forget: () => tokens.clear(),
  };
}

/** @typedef {ReturnType<typeof createSession>} Session */
