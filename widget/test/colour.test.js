import assert from 'node:assert/strict';
import test from 'node:test';
import { palette } from '../src/frame/theme.js';
import { contrast, parseColour, readableOn, toHex, withContrast } from '../src/shared/colour.js';

/** @param {string} text */
const rgb = (text) => {
  const colour = parseColour(text);
  assert.ok(colour, text);
  return colour;
};
const SAMPLES = [
  '#000',
  '#fff',
  '#777',
  '#767676',
  '#ffd400',
  '#0b6266',
  '#ff0000',
  '#00ff00',
  '#8080ff',
];

test('a colour is read from three or six digits, and from nothing else', () => {
  assert.deepEqual(parseColour(' #0aF '), [0, 170, 255]);
  assert.deepEqual(parseColour('#102030'), [16, 32, 48]);
  assert.equal(toHex([16, 32, 48]), '#102030');
  for (const bad of ['', 'red', '#12', '#1234', '#ggg', 'url(x)', undefined, 5]) {
    assert.equal(parseColour(bad), null);
  }
});

test('contrast has the values of the WCAG examples', () => {
  assert.equal(contrast([0, 0, 0], [255, 255, 255]), 21);
  assert.ok(Math.abs(contrast(rgb('#767676'), rgb('#ffffff')) - 4.54) < 0.01);
});

test('text on any colour, and any colour as text, can be read in both themes', () => {
  for (const sample of SAMPLES) {
    assert.ok(contrast(rgb(readableOn(rgb(sample))), rgb(sample)) >= 4.5, sample);
    for (const isDark of [false, true]) {
      const colours = palette(sample, isDark);
      for (const below of [colours.surface, colours.raised]) {
        for (const text of [colours.accentText, colours.text, colours.subtle, colours.danger]) {
          assert.ok(contrast(rgb(text), rgb(below)) >= 4.5, `${text} on ${below} for ${sample}`);
        }
      }
      assert.ok(contrast(rgb(colours.onAccent), rgb(colours.accent)) >= 4.5, sample);
    }
  }
});

test('a colour that stands out already is left as it is', () => {
  assert.deepEqual(withContrast([0, 0, 0], [255, 255, 255]), [0, 0, 0]);
});
