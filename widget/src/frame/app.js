/** The frame's screens: loading, consent, chat, and "cannot be reached". */
import { FRAME_TEXTS } from '../locales/frame.js';
import { pickLocale } from '../shared/locale.js';
import { createApi } from './api.js';
import { startChat } from './chat.js';
import { createCommands } from './commands.js';
import { consentPanel } from './consent.js';
import { isDialogOpen } from './dialogs.js';
import { announce, button, byId, make } from './dom.js';
import { createMenu } from './menu.js';
import { createNotice } from './notice.js';
import { createSession, createTokenStore } from './session.js';
import { connectTabs } from './tabs.js';
import { applyTheme } from './theme.js';
import { loadWebChat } from './webchat.js';

/**
 * @param {object} options
 * @param {import('../shared/settings.js').Settings} options.settings
 * @param {string} options.token what the page kept for us, mostly empty
 * @param {import('./host.js').Host} options.host
 * @param {string} options.nonce
 */
export function createApp({ settings, token, host, nonce }) {
  const locale = pickLocale(settings.locale, Object.keys(FRAME_TEXTS));
  const texts = FRAME_TEXTS[locale] ?? FRAME_TEXTS.en;
  const title = settings.title || texts.title;
  const tokens = createTokenStore({ initial: token, onHomeless: host.keep });
  const api = createApi({ token: tokens.get, language: texts.lang });
  const session = createSession(api, tokens);
  const notice = createNotice(texts.dismiss);
  const tabs = connectTabs(() => catchUp().catch(() => {}));
  const view = byId('view');
  const menuButton = byId('menu-button');
  const menu = createMenu(menuButton, byId('menu'), texts.newTab);
  /** @type {import('./theme.js').Palette} */
  let colours;
  /** @type {import('./chat.js').Chat | undefined} */
  let chat;
  let isAsking = false;
  let isShown = false;
  let wantsFocus = false;
  let unread = 0;

  /** Ends the chat that is shown and puts something else in its place. */
  const show = (/** @type {Node} */ content) => {
    chat?.end();
    chat = undefined;
    isAsking = false;
    menuButton.hidden = true;
    view.replaceChildren(content);
  };

  const focus = () => {
    if (chat) chat.focus();
    else {
      const heading = view.querySelector('h2');
      heading?.focus();
      wantsFocus = !heading;
    }
  };

  function showConsent(message = '') {
    const agree = async () => {
      notice.clear();
      try {
        await session.begin();
        tabs.tell();
        wantsFocus = true;
        await showChat();
      } catch (error) {
        notice.show((error instanceof Error && error.message) || texts.trouble);
      }
    };
    show(consentPanel({ texts, settings, onAgree: agree, onDecline: host.close }));
    isAsking = true;
    if (message) notice.show(message);
    // The bundle is fetched while the visitor reads; the session starts only with consent.
    loadWebChat().catch(() => {});
    if (wantsFocus) focus();
    wantsFocus = false;
  }

  async function showChat() {
    show(make('p', { class: 'loading' }, texts.loading));
    try {
      chat = await startChat(
        {
          api,
          texts,
          notice,
          nonce,
          colours: () => colours,
          onReply,
          onSessionLost,
          onTurn: tabs.tell,
          onForgotten: showChat,
        },
        view,
      );
    } catch {
      showFailure(showChat);
      return;
    }
    menuButton.hidden = false;
    if (wantsFocus) chat.focus();
    wantsFocus = false;
  }

  /** @param {() => void} again */
  function showFailure(again) {
    const retry = button(texts.again, again, 'main');
    show(make('section', { class: 'consent', role: 'alert' }, make('p', {}, texts.noStart), retry));
  }

  const onReply = () => {
    if (isShown) return;
    unread += 1;
    host.unread(unread);
  };

  const onSessionLost = () => {
    session.forget();
    wantsFocus = isShown;
    showConsent(texts.expired);
  };

  async function begin() {
    show(make('p', { class: 'loading' }, texts.loading));
    try {
      if (await session.exists()) await showChat();
      else showConsent();
    } catch {
      showFailure(begin);
    }
  }

  /** Does here what was done in another tab: said something, started over, agreed, deleted. */
  async function catchUp() {
    if (!chat && !isAsking) return;
    const hasSession = await session.exists();
    if (hasSession && chat) chat.catchUp();
    else if (hasSession && isAsking) await showChat();
    else if (!hasSession && chat) showConsent(texts.expired);
  }

  const commands = createCommands({
    api,
    session,
    texts,
    notice,
    title,
    onRestarted() {
      tabs.tell();
      wantsFocus = true;
      showChat();
    },
    onDeleted() {
      tabs.tell();
      wantsFocus = true;
      showConsent();
      announce(texts.deleteDone);
    },
    onSessionLost,
  });
  menu.fill([
    { text: texts.person, run: () => chat?.send(texts.personMessage) },
    { text: texts.summary, run: commands.summary },
    { text: texts.download, run: commands.download },
    { text: texts.print, run: commands.print },
    { text: texts.restart, run: commands.restart },
    { text: texts.delete, run: commands.remove },
    ...(settings.privacy ? [{ text: texts.privacy, href: settings.privacy }] : []),
  ]);

  document.documentElement.lang = texts.lang;
  document.documentElement.dir = texts.direction;
  document.title = title;
  byId('title').textContent = title;
  menuButton.setAttribute('aria-label', texts.menu);
  const close = byId('close');
  close.setAttribute('aria-label', texts.close);
  close.hidden = !host.isFramed;
  close.addEventListener('click', host.close);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented && !isDialogOpen()) host.close();
  });
  applyTheme(settings, (changed) => {
    colours = changed;
    chat?.redraw();
  });
  begin();

  return {
    focus,
    /** @param {boolean} shown */
    setShown(shown) {
      isShown = shown;
      if (shown) unread = 0;
    },
  };
}
