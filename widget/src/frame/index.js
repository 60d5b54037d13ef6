/** The frame starts here: settings from the page, then consent or the chat. */

import { cleanSettings } from '../shared/settings.js';
import { createApp } from './app.js';
import { byId } from './dom.js';
import { connectHost } from './host.js';

const { nonce } = /** @type {HTMLScriptElement} */ (document.currentScript);

/** @type {ReturnType<typeof createApp> | undefined} */
let app;
let isShown = false;

const host = connectHost({
  onSettings(raw, token) {
    // The page may be there before this frame is, or the other way round.
    queueMicrotask(() => {
      app ??= createApp({ settings: cleanSettings(raw), token, host, nonce });
      app.setShown(isShown);
    });
  },
  onShown(focus) {
    isShown = true;
    queueMicrotask(() => {
      app?.setShown(true);
      if (focus) app?.focus();
    });
  },
  onHidden() {
    isShown = false;
    app?.setShown(false);
  },
  onLogo(data) {
    const logo = /** @type {HTMLImageElement} */ (byId('logo'));
    logo.src = data;
    logo.hidden = false;
  },
});
