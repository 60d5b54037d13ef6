import assert from 'node:assert/strict';
import test from 'node:test';
import { SPOKEN } from '../src/frame/markdown.js';
import { FRAME_TEXTS } from '../src/locales/frame.js';
import { LOADER_TEXTS } from '../src/locales/loader.js';

for (const [part, all] of Object.entries({ loader: LOADER_TEXTS, frame: FRAME_TEXTS })) {
  const english = /** @type {Record<string, unknown>} */ (all.en);
  for (const [locale, texts] of Object.entries(all)) {
    const own = /** @type {Record<string, unknown>} */ (texts);

    test(`${part}/${locale} has every text, and no other`, () => {
      assert.deepEqual(Object.keys(own).sort(), Object.keys(english).sort());
    });

    test(`${part}/${locale} fills the same names as English`, () => {
      for (const [key, text] of Object.entries(english)) {
        if (typeof text !== 'string') continue;
        const names = (/** @type {unknown} */ value) => String(value).match(/\{\w+\}/g) ?? [];
        assert.deepEqual(names(own[key]), names(text), key);
      }
    });
  }
}

test('the frame and the loader know the same languages', () => {
  assert.deepEqual(Object.keys(FRAME_TEXTS), Object.keys(LOADER_TEXTS));
});

test('buttons send English, or the language of the page where the assistant begins in it', () => {
  for (const [locale, texts] of Object.entries(FRAME_TEXTS)) {
    // What they send there is understood: tests/unit/test_widget.py.
    if (locale !== 'en' && SPOKEN.includes(locale)) continue;
    assert.deepEqual(
      texts?.welcomeButtons.map(({ payload }) => payload),
      FRAME_TEXTS.en.welcomeButtons.map(({ payload }) => payload),
    );
    assert.equal(texts?.personMessage, 'I want to talk to a person');
  }
});
