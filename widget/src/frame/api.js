/** The server's addresses. Every request stays on our own origin. */
import { readLines } from './ndjson.js';

const SHORT_WAIT = 15_000;
const TURN_WAIT = 45_000;

/** A refusal of the server, or no answer at all (`offline`, `interrupted`). */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message may be shown when it comes from the server, else empty
   */
  constructor(code, message = '') {
    super(message);
    this.code = code;
  }
}

/**
 * @param {{ token: () => string, language?: string, fetch?: typeof fetch }} options `language` of the page
 */
export function createApi({ token, language, fetch: send = (...all) => fetch(...all) }) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {object} [body]
   * @returns {Promise<Response>}
   */
  async function request(method, path, signal, body) {
    /** @type {Record<string, string>} */
    const headers = { 'X-Stria': '1' };
    if (body) headers['Content-Type'] = 'application/json';
    if (token()) headers.Authorization = `Bearer ${token()}`;
    /** @type {Response} */
    let response;
    try {
      const init = { method, headers, signal, body: body ? JSON.stringify(body) : null };
      response = await send(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
    } catch {
      throw new ApiError('offline');
    }
    if (!response.ok) throw await refusal(response);
    return response;
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<any>}
   */
  async function call(method, path, body) {
    const response = await request(method, path, AbortSignal.timeout(SHORT_WAIT), body);
    return response.json().catch(() => {
      throw new ApiError('interrupted');
    });
  }

  /**
   * Sends one message. Yields a line a reply and returns when the server said that it is done.
   *
   * @param {string} message
   * @param {string} id the same for every try of the same message
   * @returns {AsyncGenerator<Record<string, unknown>>}
   */
  async function* turn(message, id) {
    const patience = createPatience(TURN_WAIT);
    try {
      const response = await request('POST', 'webhook', patience.signal, { message, id, language });
      if (!response.body) throw new ApiError('interrupted');
      for await (const line of readLines(response.body)) {
        patience.renew();
        if (line.type === 'done') return;
        if (line.type === 'error') throw asError(line.error);
        yield line;
      }
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError('interrupted');
    } finally {
      patience.end();
    }
    throw new ApiError('interrupted');
  }

  return {
    turn,
    /** @returns {Promise<{ session?: { token?: string } }>} */
    session: () => call('GET', 'session'),
    /**
     * @param {string} consent version of the text that the visitor agreed to
     * @param {boolean} storage ask for a token in place of a cookie
     * @returns {Promise<{ session?: { token?: string }, token?: string }>}
     */
    begin: (consent, storage) => call('POST', 'session', { consent, storage }),
    /** @returns {Promise<unknown>} */
    end: () => call('DELETE', 'session'),
    /** @returns {Promise<unknown>} */
    messages: () => call('GET', 'messages'),
    /** @returns {Promise<{ text?: unknown }>} */
    summary: () => call('GET', 'summary'),
    /** @returns {Promise<unknown>} */
    restart: () => call('POST', 'restart', {}),
  };
}

/** @typedef {ReturnType<typeof createApi>} Api */

/**
 * @param {Response} response
 * @returns {Promise<ApiError>}
 */
async function refusal(response) {
  const body = await response.json().catch(() => null);
  return asError(body?.error, response.status === 401 ? 'no_session' : 'unavailable');
}

/**
 * @param {any} raw
 * @param {string} [otherwise]
 * @returns {ApiError}
 */
function asError(raw, otherwise = 'unavailable') {
  const code = typeof raw?.code === 'string' ? raw.code : otherwise;
  return new ApiError(code, typeof raw?.message === 'string' ? raw.message : '');
}

/**
 * A signal that aborts when nothing came for so long.
 *
 * @param {number} milliseconds
 */
function createPatience(milliseconds) {
  const control = new AbortController();
  let timer = setTimeout(() => control.abort(), milliseconds);
  return {
    signal: control.signal,
    renew() {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), milliseconds);
    },
    end: () => clearTimeout(timer),
  };
}
