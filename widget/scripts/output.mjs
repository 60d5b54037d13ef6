/** Writes files, hashed folders and compressed copies. */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const WORTH_COMPRESSING = 1024;
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * @param {Record<string, Buffer>} files
 * @returns {string} a name that changes with the content
 */
export function hashOf(files) {
  const hash = createHash('sha256');
  for (const name of Object.keys(files).sort()) {
    hash.update(`${name}\0`).update(/** @type {Buffer} */ (files[name]));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {Buffer} content
 * @returns {string} for the attribute `integrity`
 */
export function integrityOf(content) {
  return `sha384-${createHash('sha384').update(content).digest('base64')}`;
}

/**
 * @param {Buffer} content
 * @returns {Buffer}
 */
export function gzip(content) {
  return gzipSync(content, { level: 9 });
}

/**
 * @param {Buffer} content
 * @returns {Buffer}
 */
function brotli(content) {
  return brotliCompressSync(content, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
    },
  });
}

/**
 * @typedef {{ type: string, encodings: string[] }} FileInfo
 *
 * @param {string} folder
 * @param {Record<string, Buffer>} files by path
 * @returns {Record<string, FileInfo>} what was written, for the manifest
 */
export function writeAll(folder, files) {
  /** @type {Record<string, FileInfo>} */
  const written = {};
  for (const [name, content] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const target = path.join(folder, name);
    const type = TYPES[/** @type {keyof typeof TYPES} */ (path.extname(name))];
    const isServedAsIs = type !== TYPES['.html'] && type !== TYPES['.txt'];
    const isCompressed = isServedAsIs && content.length > WORTH_COMPRESSING;
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, content);
    if (isCompressed) {
      writeFileSync(`${target}.br`, brotli(content));
      writeFileSync(`${target}.gz`, gzip(content));
    }
    if (type) written[name] = { type, encodings: isCompressed ? ['br', 'gzip'] : [] };
  }
  return written;
}
