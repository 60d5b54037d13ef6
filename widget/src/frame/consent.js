/** The panel before the first message: what this is, what is kept, and the choice. */
import { fill } from '../shared/locale.js';
import { button, make, outsideLink } from './dom.js';

/**
 * @param {object} options
 * @param {import('../locales/frame.js').Texts} options.texts
 * @param {import('../shared/settings.js').Settings} options.settings
 * @param {() => Promise<void>} options.onAgree
 * @param {() => void} options.onDecline
 * @returns {HTMLElement}
 */
export function consentPanel({ texts, settings, onAgree, onDecline }) {
  const days = fill(settings.retentionDays === 1 ? texts.dayOne : texts.dayMany, {
    n: settings.retentionDays,
  });
  const agree = button(
    texts.agree,
    async () => {
      agree.disabled = true;
      await onAgree().finally(() => {
        agree.disabled = false;
      });
    },
    'main',
  );
  const points = [
    texts.consentBot,
    texts.consentEmergency,
    fill(texts.consentKept, { days }),
    texts.consentCookie,
  ];
  const panel = make(
    'section',
    { class: 'consent', 'aria-labelledby': 'consent-title' },
    make('h2', { id: 'consent-title', tabindex: '-1' }, texts.consentTitle),
    make('ul', {}, ...points.map((text) => make('li', {}, text))),
  );
  if (settings.privacy) {
    panel.append(make('p', {}, outsideLink(settings.privacy, texts.privacy, texts.newTab)));
  }
  panel.append(make('div', { class: 'actions' }, agree, button(texts.decline, onDecline)));
  return panel;
}
