/**
 * Messages between the page's loader and the chat's frame, by postMessage.
 *
 * Frame to loader: `ready`, `close`, `unread` (count), `keep` (token; only where the browser lets
 * the frame keep neither a cookie nor anything else).
 * Loader to frame: `settings` (settings, token), `shown` (focus: boolean), `hidden`, `logo` (data).
 *
 * No message carries what a patient wrote.
 *
 * @typedef {{ type: string, [key: string]: unknown }} Note
 */

const MARK = 'stria:1';

/**
 * @param {Window} target
 * @param {string} origin
 * @param {Note} note
 */
export function post(target, origin, note) {
  target.postMessage({ ...note, mark: MARK }, origin);
}

/**
 * Returns the note in a message event when it comes from that window and, if given, that origin.
 *
 * @param {MessageEvent} event
 * @param {Window | null} source
 * @param {string} [origin]
 * @returns {Note | null}
 */
export function read(event, source, origin) {
  if (!source || event.source !== source || (origin && event.origin !== origin)) return null;
  const { data } = event;
  return data?.mark === MARK && typeof data.type === 'string' ? data : null;
}
