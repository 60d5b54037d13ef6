import assert from 'node:assert/strict';
import test from 'node:test';
import { ApiError, createApi } from '../src/frame/api.js';

/**
 * @param {(path: string, init: any) => Response} answer
 * @param {string} [token]
 */
const apiWith = (answer, token = '') => {
  const fetch = /** @type {typeof globalThis.fetch} */ (
    async (path, init) => answer(String(path), init)
  );
  return createApi({ token: () => token, fetch });
};

/** @param {AsyncIterable<unknown>} lines */
const all = async (lines) => {
  const found = [];
  for await (const line of lines) found.push(line);
  return found;
};

test('every request says that it comes from the chat, and carries the token only when there is one', async () => {
  /** @type {Record<string, string>[]} */
  const seen = [];
  const answer = (/** @type {string} */ _path, /** @type {any} */ init) => {
    seen.push(init.headers);
    return Response.json({});
  };
  await apiWith(answer).session();
  await apiWith(answer, 'abc').restart();
  assert.deepEqual(seen[0], { 'X-Stria': '1' });
  assert.deepEqual(seen[1], {
    'X-Stria': '1',
    'Content-Type': 'application/json',
    Authorization: 'Bearer abc',
  });
});

test('a refusal carries the code and the sentence of the server', async () => {
  const body = { error: { code: 'too_many', message: 'Please wait.' } };
  const api = apiWith(() => Response.json(body, { status: 429 }));
  await assert.rejects(api.messages(), (error) => {
    assert.ok(error instanceof ApiError);
    assert.equal(error.code, 'too_many');
    assert.equal(error.message, 'Please wait.');
    return true;
  });
});

test('an answer that is no JSON, as from a proxy, is an error with a code', async () => {
  await assert.rejects(apiWith(() => new Response('<html>', { status: 502 })).session(), {
    code: 'unavailable',
  });
  await assert.rejects(apiWith(() => new Response('', { status: 401 })).session(), {
    code: 'no_session',
  });
  await assert.rejects(apiWith(() => new Response('<html>')).session(), { code: 'interrupted' });
});

test('no network is "offline"', async () => {
  const api = apiWith(() => {
    throw new TypeError('failed to fetch');
  });
  await assert.rejects(all(api.turn('hi', 'id')), { code: 'offline' });
});

test('a turn yields its replies until "done"', async () => {
  const text =
    '{"type":"message","text":"a"}\n{"type":"later"}\n{"type":"done"}\n{"type":"message","text":"b"}\n';
  const lines = await all(apiWith(() => new Response(text)).turn('hi', 'id'));
  assert.deepEqual(lines, [{ type: 'message', text: 'a' }, { type: 'later' }]);
});

test('a turn that ends without "done" was interrupted', async () => {
  const api = apiWith(() => new Response('{"type":"message","text":"a"}\n'));
  await assert.rejects(all(api.turn('hi', 'id')), { code: 'interrupted' });
});

test('a failure after the first reply has the code of the server', async () => {
  const line = '{"type":"error","error":{"code":"unavailable","message":"Sorry."}}\n';
  await assert.rejects(all(apiWith(() => new Response(line)).turn('hi', 'id')), {
    code: 'unavailable',
    message: 'Sorry.',
  });
});

test('a message tells the language of the page when there is one', async () => {
  /** @type {string[]} */
  const bodies = [];
  const fetch = /** @type {typeof globalThis.fetch} */ (
    async (_path, init) => {
      bodies.push(String(init?.body));
      return new Response('{"type":"done"}\n');
    }
  );
  await all(createApi({ token: () => '', language: 'es', fetch }).turn('hola', 'abcdefgh'));
  await all(createApi({ token: () => '', fetch }).turn('hello', 'abcdefgh'));
  assert.deepEqual(
    bodies.map((body) => JSON.parse(body)),
    [
      { message: 'hola', id: 'abcdefgh', language: 'es' },
      { message: 'hello', id: 'abcdefgh' },
    ],
  );
});
