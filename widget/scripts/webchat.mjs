/**
 * Brings the one file that is used of botframework-webchat. The npm package is fetched by the
 * npm client without its dependencies, and both the package and the file are checked.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WIDGET } from './paths.mjs';

const VERSION = '4.18.1';
const PACKAGE_INTEGRITY =
  'sha512-7jpEUJ7olT62Xm+8eh7BhhIcXVfU2xD4pZDaeBt8K4XcNy6K/83UGIxE9BFkXmHMZ4hDEVOzs5cre07GWuaXzg==';
const FILE = 'webchat-minimal.js';
/** Also what the browser checks before it runs the file. */
export const FILE_INTEGRITY =
  'sha512-6k2DT0wIubSrxPf3ncdclKq35W6kUKBZ6oSXxXzgZDaFMGxKIA0+FFizibHLwzw+Yx+7sSXNDlZ11u6sLsvMWg==';

const CACHE = path.join(WIDGET, 'node_modules', '.cache', 'webchat');

/**
 * @param {Buffer} content
 * @returns {string}
 */
function integrityOf(content) {
  return `sha512-${createHash('sha512').update(content).digest('base64')}`;
}

/**
 * @param {Buffer} content
 * @param {string} expected
 * @param {string} name
 */
function check(content, expected, name) {
  const found = integrityOf(content);
  if (found !== expected) throw new Error(`${name} is not the file that was reviewed: ${found}`);
}

/** @returns {string} path of the package's archive */
function fetchPackage() {
  const archive = path.join(CACHE, `botframework-webchat-${VERSION}.tgz`);
  if (!existsSync(archive)) {
    mkdirSync(CACHE, { recursive: true });
    const command = ['pack', '--silent', '--ignore-scripts', `botframework-webchat@${VERSION}`];
    execFileSync('npm', [...command, '--pack-destination', CACHE], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  check(readFileSync(archive), PACKAGE_INTEGRITY, path.basename(archive));
  return archive;
}

/**
 * @param {string} archive
 * @param {string} name
 * @returns {Buffer}
 */
function extract(archive, name) {
  return execFileSync('tar', ['-xzOf', archive, `package/dist/${name}`], {
    maxBuffer: 16 * 1024 ** 2,
  });
}

/** @returns {Record<string, Buffer>} the bundle and its licences, by file name */
export function readWebChat() {
  const archive = fetchPackage();
  const bundle = extract(archive, FILE);
  check(bundle, FILE_INTEGRITY, FILE);
  const licence = readFileSync(path.join(WIDGET, 'licences', 'botframework-webchat.txt'));
  const inner = extract(archive, `${FILE}.LICENSE.txt`);
  return { [FILE]: bundle, [`${FILE}.LICENSE.txt`]: Buffer.concat([licence, inner]) };
}
