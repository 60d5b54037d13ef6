/** Builds everything into dist/, or into the folder that is named. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleScript, bundleStyle } from './bundle.mjs';
import { licencesOf } from './licences.mjs';
import { gzip, hashOf, integrityOf, writeAll } from './output.mjs';
import { DIST, SOURCE } from './paths.mjs';
import { FILE_INTEGRITY, readWebChat } from './webchat.mjs';

/** The promise of the documentation: nothing heavier than this loads before a click. */
const LOADER_LIMIT = 4 * 1024;
/** The addresses at which the server publishes the demo pages. */
const DEMO = { '/': 'demo.html', '/about': 'demo-2.html' };
const BASE = '/webhooks/web/';

/**
 * @param {Record<string, Buffer>} files
 * @param {string} folder
 * @returns {Record<string, Buffer>}
 */
function inFolder(files, folder) {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]),
  );
}

/**
 * @param {string} name in src/
 * @param {Record<string, string>} values
 * @returns {Buffer}
 */
function fillTemplate(name, values) {
  let text = readFileSync(path.join(SOURCE, name), 'utf8');
  for (const [key, value] of Object.entries(values)) text = text.replaceAll(key, value);
  return Buffer.from(text);
}

/**
 * @param {string} target folder to write; what was in it is removed
 * @returns {Promise<{ loaderGzip: number }>}
 */
export async function buildAll(target) {
  const webChat = readWebChat();
  const webChatFolder = `assets/${hashOf(webChat)}`;
  const loader = await bundleScript('loader/index.js');
  const loaderGzip = gzip(loader.code).length;
  if (loaderGzip > LOADER_LIMIT) {
    throw new Error(`The loader has ${loaderGzip} bytes after gzip; ${LOADER_LIMIT} are allowed.`);
  }
  const frame = await bundleScript('frame/index.js', {
    WEBCHAT_FILE: `${webChatFolder}/webchat-minimal.js`,
    WEBCHAT_INTEGRITY: FILE_INTEGRITY,
  });
  const own = {
    'frame.js': frame.code,
    'frame.js.LICENSE.txt': licencesOf(frame.packages),
    'frame.css': await bundleStyle('frame/frame.css'),
    'demo.css': await bundleStyle('demo.css'),
    'demo.svg': readFileSync(path.join(SOURCE, 'demo.svg')),
  };
  const ownFolder = `assets/${hashOf(own)}`;
  const integrity = integrityOf(loader.code);
  const demo = {
    __ASSETS__: BASE + ownFolder,
    __LOADER__: `${BASE}loader.js`,
    __INTEGRITY__: integrity,
  };

  rmSync(target, { recursive: true, force: true });
  const files = writeAll(target, {
    'loader.js': loader.code,
    'chat.html': fillTemplate('frame/chat.html', { __FRAME__: ownFolder }),
    ...Object.fromEntries(Object.values(DEMO).map((name) => [name, fillTemplate(name, demo)])),
    ...inFolder(own, ownFolder),
    ...inFolder(webChat, webChatFolder),
  });
  const manifest = {
    version: 1,
    loader: { file: 'loader.js', integrity, bytes: loader.code.length, gzip: loaderGzip },
    chat: 'chat.html',
    assets: { frame: path.basename(ownFolder), webchat: path.basename(webChatFolder) },
    demo: DEMO,
    files,
  };
  writeFileSync(path.join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return { loaderGzip };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { loaderGzip } = await buildAll(DIST);
  console.log(`widget/dist is built; the loader has ${loaderGzip} bytes after gzip.`);
}
