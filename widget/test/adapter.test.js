import assert from 'node:assert/strict';
import test from 'node:test';
import { outgoing, withMessageId } from '../src/frame/activities.js';
import { createAdapter } from '../src/frame/adapter.js';
import { readMessage, readTranscript } from '../src/frame/messages.js';

const welcome = /** @type {import('../src/frame/messages.js').Message} */ (
  readMessage({ id: 'welcome', text: 'Hello', buttons: [{ title: 'Start' }] })
);
const settle = () => new Promise((resolve) => setTimeout(resolve, 20));

/**
 * @param {(text: string, id: string) => AsyncGenerator<Record<string, unknown>>} turn
 * @param {object} [options]
 */
function setUp(turn, options = {}) {
  let order = 0;
  let ids = 0;
  /** @type {any[]} */
  const shown = [];
  /** @type {any[]} */
  const events = [];
  const nextOrder = () => {
    order += 1;
    return order;
  };
  const adapter = createAdapter({
    turn,
    transcript: [],
    welcome,
    botName: 'The assistant',
    nextOrder,
    onReply: (message) => events.push(['reply', message.id]),
    onSent: () => events.push(['sent']),
    onFailed: (error) => events.push(['failed', error]),
    onBroken: (error, again) => events.push(['broken', error, again]),
    onTurn: () => {},
    onForgotten: () => events.push(['forgotten']),
    ...options,
  });
  adapter.activity$.subscribe((activity) => {
    if (activity.type === 'message') shown.push(activity);
  });
  /** @param {any} activity */
  const send = (activity) => {
    const marked = withMessageId(
      outgoing(activity, nextOrder(), () => {
        ids += 1;
        return `id-${ids}`;
      }),
    );
    adapter.postActivity(marked).subscribe({
      next: (id) => events.push(['accepted', id]),
      error: () => events.push(['error']),
    });
    return marked;
  };
  return { adapter, send, shown, events };
}

test('the transcript is shown after the welcome, with only the last choices open', () => {
  const messages = [
    { id: 'u', from: 'user', text: 'hi' },
    { id: 'b', from: 'bot', text: 'pick', buttons: [{ title: 'A' }] },
  ];
  const { shown } = setUp(async function* () {}, { transcript: readTranscript({ messages }) });
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['welcome', 'u', 'b'],
  );
  assert.deepEqual(
    shown.map(({ suggestedActions }) => Boolean(suggestedActions)),
    [false, false, true],
  );
  assert.deepEqual(
    shown.map(({ textFormat }) => textFormat),
    ['markdown', 'plain', 'markdown'],
  );
});

test('a message is shown as sent with the first reply, and its replies follow', async () => {
  const { send, shown, events } = setUp(async function* () {
    yield { type: 'message', id: 'r1', text: 'one', buttons: [{ title: 'Yes', payload: 'yes' }] };
    yield { type: 'new kind of line' };
    yield { type: 'message', id: 'r2', text: 'two' };
  });
  send({ type: 'message', text: 'hi' });
  await settle();
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['welcome', 'id-1', 'r1', 'r2'],
  );
  assert.equal(shown[3].suggestedActions.actions[0].text, 'yes');
  assert.deepEqual(
    events.map(([name]) => name),
    ['sent', 'accepted', 'reply', 'reply'],
  );
});

test('a retry sends the same id, and takes the place of the failed message', async () => {
  /** @type {string[]} */
  const ids = [];
  const { send, shown, events } = setUp(async function* (_text, id) {
    ids.push(id);
    if (ids.length === 1) throw new Error('offline');
    yield { type: 'message', id: 'r1', text: 'one' };
  });
  const failed = send({ type: 'message', text: 'hi' });
  await settle();
  assert.deepEqual(
    events.map(([name]) => name),
    ['failed', 'error'],
  );
  const again = send(failed);
  await settle();
  assert.deepEqual(ids, ['id-1', 'id-1']);
  assert.equal(again.id, failed.id);
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['welcome', 'id-1', 'r1'],
  );
});

test('a reply that broke off can be fetched again without showing anything twice', async () => {
  let tries = 0;
  const { send, shown, events } = setUp(async function* () {
    tries += 1;
    yield { type: 'message', id: 'r1', text: 'one' };
    if (tries === 1) throw new Error('interrupted');
    yield { type: 'message', id: 'r2', text: 'two' };
  });
  send({ type: 'message', text: 'hi' });
  await settle();
  const [, , again] = events.find(([name]) => name === 'broken');
  again();
  await settle();
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['welcome', 'id-1', 'r1', 'r2'],
  );
});

test('messages go out one after another', async () => {
  /** @type {string[]} */
  const log = [];
  const { send } = setUp(async function* (text) {
    log.push(`start ${text}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
    yield { type: 'message', id: text, text };
    log.push(`end ${text}`);
  });
  send({ type: 'message', text: 'a' });
  send({ type: 'message', text: 'b' });
  await settle();
  assert.deepEqual(log, ['start a', 'end a', 'start b', 'end b']);
});

test('what was said in another tab follows, once, with the choices that are open now', async () => {
  const { adapter, send, shown, events } = setUp(async function* (_text, id) {
    yield { type: 'message', id: `${id}.1`, text: 'first', buttons: [{ title: 'A' }] };
  });
  send({ type: 'message', text: 'hi' });
  const messages = [
    { id: 'id-1', from: 'user', text: 'hi' },
    { id: 'id-1.1', from: 'bot', text: 'first', buttons: [{ title: 'A' }] },
    { id: 'there', from: 'user', text: 'A' },
    { id: 'there.1', from: 'bot', text: 'second', buttons: [{ title: 'B' }] },
  ];
  for (let time = 0; time < 2; time += 1) adapter.catchUp(async () => readTranscript({ messages }));
  await settle();
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['welcome', 'id-1', 'id-1.1', 'there', 'there.1'],
  );
  assert.deepEqual(shown.at(-1).suggestedActions.actions[0].title, 'B');
  assert.ok(!events.some(([name]) => name === 'forgotten'));
});

test('after a start over in another tab everything is drawn anew', async () => {
  const messages = [{ id: 'old', from: 'user', text: 'hi' }];
  const { adapter, events } = setUp(async function* () {}, {
    transcript: readTranscript({ messages }),
  });
  adapter.catchUp(() => Promise.reject(new Error('offline')));
  await settle();
  assert.deepEqual(events, []);
  adapter.catchUp(async () => []);
  await settle();
  assert.deepEqual(events, [['forgotten']]);
});
