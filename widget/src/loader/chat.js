/** Opens and closes the chat, and talks to the frame. */
import { fill } from '../shared/locale.js';
import { post, read } from '../shared/protocol.js';
import { readLogo } from './logo.js';
import { remember } from './memory.js';
import { make } from './view.js';

/** On such a screen the chat takes all of it. The style sheet has the same condition. */
const SMALL = '(max-width: 480px), (max-height: 480px)';

const openInThisTab = remember('stria-open');
const token = remember('stria-token');

/**
 * @param {import('./view.js').View} view
 * @param {import('../shared/settings.js').Settings} settings
 * @param {import('../locales/loader.js').Texts} texts
 * @param {URL} address of the frame
 * @param {string} [logo]
 */
export function start(view, settings, texts, address, logo) {
  const { launcher, dialog } = view;
  const small = matchMedia(SMALL);
  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  let isReady = false;
  let isOpen = false;
  let wantsFocus = false;

  /** @param {import('../shared/protocol.js').Note} note */
  const tell = (note) => {
    if (isReady && frame?.contentWindow) post(frame.contentWindow, address.origin, note);
  };

  /** Modal on a small screen, so that focus stays inside; beside the page on a large one. */
  const showDialog = () => {
    if (dialog.open) dialog.close();
    if (small.matches) dialog.showModal();
    else dialog.open = true;
  };

  /** @param {boolean} focus */
  const open = (focus) => {
    if (!frame) {
      frame = make('iframe', { src: address.href, title: dialog.ariaLabel ?? '' });
      dialog.append(frame);
    }
    isOpen = true;
    wantsFocus = focus;
    openInThisTab.set('1');
    view.showOpen(true);
    view.showUnread(0, '');
    showDialog();
    if (focus) frame.focus();
    tell({ type: 'shown', focus });
  };

  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    openInThisTab.set('');
    view.showOpen(false);
    dialog.close();
    launcher.focus();
    tell({ type: 'hidden' });
  };

  addEventListener('message', (event) => {
    const note = read(event, frame?.contentWindow ?? null, address.origin);
    if (note?.type === 'ready') {
      isReady = true;
      tell({ type: 'settings', settings, token: token.get() });
      tell({ type: isOpen ? 'shown' : 'hidden', focus: wantsFocus });
      if (logo) readLogo(logo, (data) => tell({ type: 'logo', data }));
    } else if (note?.type === 'close') {
      close();
    } else if (note?.type === 'keep') {
      token.set(String(note.token));
    } else if (note?.type === 'unread' && !isOpen) {
      const count = Number(note.count) || 0;
      const text = count === 1 ? texts.unreadOne : texts.unreadMany;
      view.showUnread(count, count ? fill(text, { n: count }) : '');
    }
  });
  launcher.addEventListener('click', () => (isOpen ? close() : open(true)));
  launcher.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
  });
  dialog.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });
  small.addEventListener('change', () => {
    if (isOpen) showDialog();
  });
  document.addEventListener('click', (event) => {
    const wish = event.target instanceof Element && event.target.closest('[data-stria-open]');
    if (wish) {
      event.preventDefault();
      open(true);
    }
  });
  if (openInThisTab.get()) open(false);
}
