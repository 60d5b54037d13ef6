/** Bundles our own scripts and style sheets. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { build, transform } from 'esbuild';
import { SOURCE, WIDGET } from './paths.mjs';

const TARGET = ['chrome111', 'edge111', 'firefox111', 'safari16.4'];

/** Style sheets that a script imports arrive as minified text. */
const cssAsText = {
  name: 'css-as-text',
  /** @param {import('esbuild').PluginBuild} setup */
  setup(setup) {
    setup.onLoad({ filter: /\.css$/ }, async ({ path: file }) => ({
      contents: await minifyCss(await readFile(file, 'utf8')),
      loader: 'text',
    }));
  },
};

/**
 * @param {string} css
 * @returns {Promise<string>}
 */
async function minifyCss(css) {
  const { code } = await transform(css, { loader: 'css', minify: true, target: TARGET });
  return code.trim();
}

/**
 * @param {string} entry in src/
 * @param {Record<string, string>} define names to replace by texts
 * @returns {Promise<{ code: Buffer, packages: string[] }>} the script, and the packages in it
 */
export async function bundleScript(entry, define = {}) {
  const { metafile, outputFiles } = await build({
    absWorkingDir: WIDGET,
    entryPoints: [path.join(SOURCE, entry)],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'iife',
    charset: 'utf8',
    target: TARGET,
    legalComments: 'none',
    banner: { js: '/*! Stria, Apache-2.0 */' },
    define: Object.fromEntries(Object.entries(define).map(([k, v]) => [k, JSON.stringify(v)])),
    plugins: [cssAsText],
  });
  const names = Object.keys(metafile.inputs).map(
    (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1],
  );
  const packages = [...new Set(names.flatMap((name) => name ?? []))].sort();
  return {
    code: Buffer.from(/** @type {{ contents: Uint8Array }} */ (outputFiles[0]).contents),
    packages,
  };
}

/**
 * @param {string} entry in src/
 * @returns {Promise<Buffer>}
 */
export async function bundleStyle(entry) {
  return Buffer.from(`${await minifyCss(await readFile(path.join(SOURCE, entry), 'utf8'))}\n`);
}
