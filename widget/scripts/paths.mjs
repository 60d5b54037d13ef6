/** Where things are. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const WIDGET = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const SOURCE = path.join(WIDGET, 'src');
export const DIST = path.join(WIDGET, 'dist');
