/** The licences of the packages that are bundled into a script. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WIDGET } from './paths.mjs';

/**
 * @param {string[]} packages
 * @returns {Buffer}
 */
export function licencesOf(packages) {
  const parts = packages.map((name) => {
    const folder = path.join(WIDGET, 'node_modules', name);
    const { version, license } = JSON.parse(
      readFileSync(path.join(folder, 'package.json'), 'utf8'),
    );
    const file = readdirSync(folder).find((one) => /^licen[cs]e(-mit)?(\.txt|\.md)?$/i.test(one));
    if (!file) throw new Error(`${name} brings no licence file.`);
    const text = readFileSync(path.join(folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return Buffer.from(parts.join(`\n${'-'.repeat(80)}\n\n`));
}
