/**
 * A server for work on the widget, without Python: the addresses of the `web` channel with a
 * make-believe assistant behind them. `npm run dev`, then open the address that it prints.
 * It keeps everything in memory and guards nothing: never for more than this machine.
 */
import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { DIST } from '../scripts/paths.mjs';
import { createConversation } from './conversation.mjs';

const PORT = Number(process.env.PORT ?? 5205);
const BASE = '/webhooks/web/';
const manifest = () => JSON.parse(readFileSync(path.join(DIST, 'manifest.json'), 'utf8'));

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @type {Map<string, ReturnType<typeof createConversation>>} */
const sessions = new Map();

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const framePolicy = (/** @type {string} */ nonce) =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self' 'nonce-${nonce}' 'unsafe-hashes' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ${process.env.SITES ?? "'self'"}`;

/**
 * @param {Response} response
 * @param {number} status
 * @param {object} body
 * @param {Record<string, string>} [headers]
 */
function json(response, status, body, headers = {}) {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/**
 * @param {Response} response
 * @param {number} status
 * @param {string} code
 * @param {string} message
 * @param {Record<string, string>} [headers]
 */
function refuse(response, status, code, message, headers) {
  json(response, status, { error: { code, message } }, headers);
}

/**
 * @param {Request} request
 * @param {Response} response
 * @param {string} name
 * @param {Record<string, string>} [headers]
 */
function file(request, response, name, headers = {}) {
  const info = manifest().files[name];
  if (!info) {
    refuse(response, 404, 'not_found', 'There is nothing here.');
    return;
  }
  const accepted = String(request.headers['accept-encoding'] ?? '');
  const encoding = info.encodings.find((/** @type {string} */ one) => accepted.includes(one));
  const ending = { br: '.br', gzip: '.gz' }[/** @type {'br' | 'gzip'} */ (encoding)] ?? '';
  response.writeHead(200, {
    'Content-Type': info.type,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': name.startsWith('assets/')
      ? 'public, max-age=31536000, immutable'
      : 'public, max-age=3600',
    Vary: 'Accept-Encoding',
    ...(encoding ? { 'Content-Encoding': encoding } : {}),
    ...headers,
  });
  createReadStream(path.join(DIST, name + ending)).pipe(response);
}

/**
 * @param {Response} response
 * @param {string} name
 */
function frame(response, name) {
  const nonce = randomBytes(16).toString('base64url');
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': framePolicy(nonce),
    'Referrer-Policy': 'no-referrer',
  });
  response.end(readFileSync(path.join(DIST, name), 'utf8').replaceAll('__NONCE__', nonce));
}

/**
 * @param {Request} request
 * @returns {string} the session's id, or empty
 */
function sessionOf(request) {
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  const cookie = /stria_session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
  const id = bearer ?? cookie ?? '';
  return sessions.has(id) ? id : '';
}

/**
 * @param {Request} request
 * @returns {Promise<any>}
 */
async function readBody(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString() || '{}');
}

/**
 * @param {Request} request
 * @param {Response} response
 * @param {string} route
 */
async function api(request, response, route) {
  if (request.headers['x-stria'] !== '1') {
    refuse(response, 403, 'bad_origin', 'This address is only for the chat itself.');
    return;
  }
  const body = request.method === 'POST' ? await readBody(request) : {};
  if (route === 'POST session') {
    const id = randomBytes(16).toString('hex');
    sessions.set(id, createConversation());
    const session = { expires_in: 2_592_000, ...(body.storage ? { token: id } : {}) };
    // COOKIES=off plays a browser that keeps no cookie in a frame.
    const keeps = !body.storage && process.env.COOKIES !== 'off';
    const cookie = `stria_session=${id}; HttpOnly; Path=/webhooks/web; SameSite=Lax`;
    json(response, 201, { session }, keeps ? { 'Set-Cookie': cookie } : {});
    return;
  }
  const id = sessionOf(request);
  const conversation = sessions.get(id);
  if (!conversation) {
    refuse(response, 401, 'no_session', 'This chat has ended. Please start a new one.');
    return;
  }
  if (route === 'GET session') json(response, 200, { session: { expires_in: 2_592_000 } });
  else if (route === 'GET messages') json(response, 200, { messages: conversation.messages() });
  else if (route === 'POST webhook') await conversation.turn(body, response, refuse);
  else if (route === 'POST restart') {
    conversation.restart();
    json(response, 200, { restarted: true });
  } else if (route === 'DELETE session') {
    sessions.delete(id);
    json(
      response,
      200,
      { deleted: true },
      { 'Set-Cookie': 'stria_session=; Path=/webhooks/web; Max-Age=0' },
    );
  } else if (route === 'GET summary') {
    const text = conversation.summary();
    if (text) json(response, 200, { text });
    else refuse(response, 404, 'no_summary', 'There is no summary yet.');
  } else refuse(response, 404, 'not_found', 'There is nothing here.');
}

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const page = manifest().demo[pathname];
  try {
    if (page)
      file(request, response, page, {
        'Content-Security-Policy': PAGE_POLICY,
        'Cache-Control': 'no-cache',
      });
    else if (!pathname.startsWith(BASE) || !existsSync(DIST)) {
      refuse(response, 404, 'not_found', 'There is nothing here.');
    } else if (pathname === `${BASE}chat`) frame(response, manifest().chat);
    else if (pathname === `${BASE}loader.js`) {
      const open = {
        'Access-Control-Allow-Origin': '*',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      };
      file(request, response, 'loader.js', open);
    } else if (pathname.startsWith(`${BASE}assets/`))
      file(request, response, pathname.slice(BASE.length));
    else await api(request, response, `${request.method} ${pathname.slice(BASE.length)}`);
  } catch (error) {
    console.error(error);
    if (!response.headersSent) refuse(response, 500, 'broken', 'The development server failed.');
    response.end();
  }
});
server.listen(PORT, '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/`));
