import assert from 'node:assert/strict';
import test from 'node:test';
import { newId, openChoices, readMessage, readTranscript } from '../src/frame/messages.js';
import { readLines } from '../src/frame/ndjson.js';

/** @param {string[]} parts */
const bodyOf = (parts) =>
  new ReadableStream({
    start(control) {
      for (const part of parts) control.enqueue(new TextEncoder().encode(part));
      control.close();
    },
  });

test('lines are read across the borders of chunks, and what is no object is left out', async () => {
  const body = bodyOf(['{"a":', '1}\n\n[1]\nnot json\n{"b":"', 'é"}\n{"c":3}']);
  const lines = [];
  for await (const line of readLines(body)) lines.push(line);
  assert.deepEqual(lines, [{ a: 1 }, { b: 'é' }, { c: 3 }]);
});

test('a message keeps its known fields and drops the rest', () => {
  const message = readMessage({
    id: 'm1',
    from: 'bot',
    text: 'Hello',
    custom: { html: '<b>' },
    buttons: [{ title: 'Yes', payload: '/affirm' }, { title: 'No' }, { payload: 'x' }, null, 3],
    time: '2026-11-22T10:00:00Z',
  });
  assert.deepEqual(message, {
    id: 'm1',
    from: 'bot',
    text: 'Hello',
    buttons: [
      { title: 'Yes', payload: '/affirm' },
      { title: 'No', payload: 'No' },
    ],
    time: new Date('2026-11-22T10:00:00Z'),
  });
});

test('a message without text and buttons is nothing to show', () => {
  assert.equal(readMessage({ id: 'a', custom: {} }), null);
  assert.equal(readMessage({ id: 'a', text: 5, buttons: 'no' }), null);
});

test('times may be seconds since 1970', () => {
  assert.equal(readMessage({ text: 'a', time: 0 })?.time.getTime(), 0);
});

test('a transcript that is none is empty', () => {
  for (const raw of [null, {}, [], { messages: 'x' }, { messages: [null, 4, {}] }]) {
    assert.deepEqual(readTranscript(raw), []);
  }
});

test('the choices of the last turn of the bot are open, even when its last message has none', () => {
  const raw = [
    { from: 'bot', text: 'old', buttons: [{ title: 'Old' }] },
    { from: 'user', text: 'hi' },
    { from: 'bot', text: 'pick', buttons: [{ title: 'A' }] },
    { from: 'bot', text: 'more' },
  ];
  const messages = readTranscript({ messages: raw });
  assert.deepEqual(openChoices(messages), [{ title: 'A', payload: 'A' }]);
  assert.deepEqual(openChoices(messages.slice(0, 2)), []);
});

test('message ids are of the agreed form and differ', () => {
  const ids = new Set(Array.from({ length: 100 }, newId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{22}$/);
});
