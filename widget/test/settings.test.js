import assert from 'node:assert/strict';
import test from 'node:test';
import { fill, pickLocale } from '../src/shared/locale.js';
import { cleanSettings } from '../src/shared/settings.js';

test('settings have a default for everything', () => {
  assert.deepEqual(cleanSettings({}), {
    title: '',
    color: '',
    locale: '',
    privacy: '',
    theme: 'auto',
    retentionDays: 30,
  });
});

test('a relative privacy link becomes a whole address; other schemes are dropped', () => {
  assert.equal(
    cleanSettings({ privacy: '/privacy' }, 'https://clinic.example/a/b').privacy,
    'https://clinic.example/privacy',
  );
  for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'http://', 7]) {
    assert.equal(cleanSettings({ privacy: bad }).privacy, '');
  }
});

test('values that cannot be used are left out', () => {
  const settings = cleanSettings({
    title: ` ${'x'.repeat(100)}`,
    color: '#fff;}*{display:none',
    theme: 'pink',
    retentionDays: '-3',
  });
  assert.equal(settings.title.length, 60);
  assert.equal(settings.color, '');
  assert.equal(settings.theme, 'auto');
  assert.equal(settings.retentionDays, 30);
  assert.equal(cleanSettings({ retentionDays: '7' }).retentionDays, 7);
});

test('the locale falls back to the language, then to English', () => {
  assert.equal(pickLocale('es-MX', ['en', 'es']), 'es');
  assert.equal(pickLocale('pt-br', ['en', 'pt-BR']), 'pt-BR');
  assert.equal(pickLocale('xx', ['en', 'es']), 'en');
  assert.equal(pickLocale('', ['en', 'es']), 'en');
});

test('only known names are filled into a text', () => {
  assert.equal(fill('{n} of {m}', { n: 1 }), '1 of {m}');
});
