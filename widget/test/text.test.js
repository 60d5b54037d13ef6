import assert from 'node:assert/strict';
import test from 'node:test';
import { toHtml, withoutDefinitions } from '../src/frame/markdown.js';
import { readTranscript } from '../src/frame/messages.js';
import { asText } from '../src/frame/transcript.js';
import { FRAME_TEXTS } from '../src/locales/frame.js';

test('HTML in a text stays text', () => {
  const html = toHtml('<img src=x onerror=alert(1)> <b>x</b>', 'en');
  assert.equal(html, '<p>&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;x&lt;/b&gt;</p>');
});

test('links lead to https, telephone and e-mail, in a new tab; all others stay text', () => {
  const bad = [
    'javascript:alert(1)',
    'data:text/html,x',
    'http://a.example',
    'vbscript:x',
    '//a.example',
    '/x',
  ];
  for (const address of bad) assert.doesNotMatch(toHtml(`[x](${address})`, 'en'), /<a /, address);
  for (const address of ['https://a.example/', 'tel:+123', 'mailto:a@b.example']) {
    const expected = `<a href="${address}" target="_blank" rel="noopener noreferrer">x</a>`;
    assert.ok(toHtml(`[x](${address})`, 'en').includes(expected), address);
  }
  assert.match(toHtml('see https://a.example/b', 'en'), /<a href="https:\/\/a.example\/b"/);
});

test('plain text keeps its lines and does not turn into headings, code or pictures', () => {
  assert.equal(toHtml('one\ntwo', 'en'), '<p>one<br>\ntwo</p>');
  assert.doesNotMatch(toHtml('# a\n\nb\n---\n\n    c\n\n```\nd\n```', 'en'), /<h\d|<pre|<hr/);
  assert.doesNotMatch(toHtml('![x](https://a.example/b.png)', 'en'), /<img/);
});

test('a line after a list stands on its own', () => {
  const html = toHtml(
    'Your answers:\n- Fever: no\n- Medicines: no\nIf one is wrong, tell me.',
    'en',
  );
  assert.match(html, /<li>Medicines: no<\/li>\n<\/ul>\n<p>If one is wrong, tell me.<\/p>$/);
});

test('the language of the texts is marked where the page has another one', () => {
  assert.equal(toHtml('Hello', 'fr'), '<div lang="en"><p>Hello</p></div>');
  assert.equal(toHtml('Hola', 'es'), '<p>Hola</p>');
});

test('the file of the chat names who spoke, when, and which choices there were', () => {
  const messages = readTranscript({
    messages: [
      { from: 'user', text: 'start the check', time: '2026-11-22T10:00:00Z' },
      {
        from: 'bot',
        text: 'Question 1?',
        buttons: [{ title: 'Yes' }, { title: 'No' }],
        time: '2026-11-22T10:00:01Z',
      },
    ],
  });
  const lines = asText(messages, 'Example', new Date('2026-11-22T12:00:00Z'), FRAME_TEXTS.en).split(
    '\n',
  );
  assert.equal(lines[0], 'Example');
  assert.match(lines[1] ?? '', /November 22, 2026/);
  assert.equal(lines[2], 'Written by a bot. It is not a diagnosis and not medical advice.');
  assert.match(lines[4] ?? '', /^You \(.+\):$/);
  assert.deepEqual(lines.slice(7), [lines[7], 'Question 1?', 'Choices: Yes / No', '']);
});

test('definitions of links stay text, and links stay links', () => {
  for (const text of ['[a]: javascript:alert(1)', '> [a\\]b]:\n  https://a.example', '[a]: x']) {
    const html = toHtml(withoutDefinitions(text), 'en');
    assert.match(withoutDefinitions(text), /\\\[/);
    assert.match(html, /\[a/);
    assert.doesNotMatch(html, /\\\[/);
  }
  const good = '[this](https://a.example): more';
  assert.equal(withoutDefinitions(good), good);
});
