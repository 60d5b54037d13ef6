/** Messages in the shape that botframework-webchat shows: its "activities". */

import { withoutDefinitions } from './markdown.js';

export const USER = { id: 'visitor', role: 'user' };
export const BOT = { id: 'stria', role: 'bot' };

/** Where our own message id stands in an activity. It stays the same when a send is retried. */
export const MESSAGE_ID = 'stria:id';
const ORDER = 'webchat:sequence-id';

/**
 * @param {import('./messages.js').Message} message
 * @param {number} order place in the chat
 * @param {import('./messages.js').Choice[]} [choices] the choices that are open now
 * @returns {WebChatActivity}
 */
export function activityOf(message, order, choices = []) {
  return {
    type: 'message',
    id: message.id,
    from: message.from === 'user' ? USER : BOT,
    text: message.from === 'user' ? message.text : withoutDefinitions(message.text),
    textFormat: message.from === 'user' ? 'plain' : 'markdown',
    timestamp: message.time.toISOString(),
    channelData: { [ORDER]: order },
    ...(choices.length ? { suggestedActions: { to: [], actions: choices.map(action) } } : {}),
  };
}

/**
 * A choice shows its title and sends its payload as plain text.
 *
 * @param {import('./messages.js').Choice} choice
 * @returns {object}
 */
function action({ title, payload }) {
  if (title === payload) return { type: 'imBack', title, value: payload };
  return { type: 'messageBack', title, displayText: title, text: payload };
}

/**
 * Gives an outgoing activity its place in the chat and a message id, unless it is a retry.
 *
 * @param {WebChatActivity} activity
 * @param {number} order
 * @param {() => string} makeId
 * @returns {WebChatActivity}
 */
export function outgoing(activity, order, makeId) {
  const data = activity.channelData ?? {};
  return {
    ...activity,
    textFormat: 'plain',
    channelData: { ...data, [MESSAGE_ID]: data[MESSAGE_ID] ?? makeId(), [ORDER]: order },
  };
}

/**
 * Names an activity by its message id, so that a retry takes the place of the failed one.
 *
 * @param {WebChatActivity} activity
 * @returns {WebChatActivity}
 */
export function withMessageId(activity) {
  const id = activity.channelData?.[MESSAGE_ID];
  return typeof id === 'string' ? { ...activity, id } : activity;
}

/**
 * @param {string} name who is typing, for screen readers
 * @returns {WebChatActivity}
 */
export function typing(name) {
  return { type: 'typing', from: { ...BOT, name } };
}
