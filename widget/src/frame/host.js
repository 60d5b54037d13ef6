/**
 * The page around the frame. Only sites that the server allows can put it into a page
 * (frame-ancestors), so the parent window is trusted with the looks and, where the browser
 * leaves no other way, with keeping the session's token for this tab.
 */
import { post, read } from '../shared/protocol.js';

/**
 * @param {{ onSettings: (raw: Record<string, unknown>, token: string) => void, onShown: (focus: boolean) => void,
 *   onHidden: () => void, onLogo: (data: string) => void }} handlers
 */
export function connectHost({ onSettings, onShown, onHidden, onLogo }) {
  const isFramed = window.parent !== window;
  /** Known with the first note; only `ready` goes out before. */
  let origin = '*';
  const tell = (/** @type {import('../shared/protocol.js').Note} */ note) => {
    if (isFramed) post(window.parent, origin, note);
  };
  addEventListener('message', (event) => {
    const note = read(event, window.parent);
    if (!note) return;
    origin = event.origin;
    if (note.type === 'settings') {
      const raw = /** @type {Record<string, unknown>} */ (note.settings ?? {});
      onSettings(raw, typeof note.token === 'string' ? note.token : '');
    } else if (note.type === 'shown') onShown(note.focus === true);
    else if (note.type === 'hidden') onHidden();
    else if (note.type === 'logo' && String(note.data).startsWith('data:image/png;base64,')) {
      onLogo(String(note.data));
    }
  });
  if (isFramed) {
    tell({ type: 'ready' });
  } else {
    onSettings({ locale: navigator.language }, '');
    onShown(true);
  }
  return {
    isFramed,
    close: () => tell({ type: 'close' }),
    /** @param {string} token */
    keep: (token) => tell({ type: 'keep', token }),
    /** @param {number} count */
    unread: (count) => tell({ type: 'unread', count }),
  };
}

/** @typedef {ReturnType<typeof connectHost>} Host */
