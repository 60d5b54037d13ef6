/**
 * Fails when dist/ is not what the sources build. Compressed copies are compared by what is in
 * them: another version of Node may pack the same content a little differently.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { buildAll } from './build.mjs';
import { DIST } from './paths.mjs';

const UNPACK = { '.br': brotliDecompressSync, '.gz': gunzipSync };

/**
 * @param {string} folder
 * @returns {string[]} paths of all files
 */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}

/**
 * @param {string} file
 * @returns {Buffer}
 */
function contentOf(file) {
  const unpack = UNPACK[/** @type {keyof typeof UNPACK} */ (path.extname(file))];
  const raw = readFileSync(file);
  return unpack ? unpack(raw) : raw;
}

const fresh = mkdtempSync(path.join(tmpdir(), 'widget-'));
try {
  await buildAll(fresh);
  const names = new Set([...filesIn(fresh), ...filesIn(DIST)]);
  const wrong = [...names].filter((name) => {
    try {
      return !contentOf(path.join(fresh, name)).equals(contentOf(path.join(DIST, name)));
    } catch {
      return true;
    }
  });
  if (wrong.length) {
    console.error(
      `widget/dist is not what widget/src builds (run "make widget"):\n${wrong.join('\n')}`,
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true });
}
