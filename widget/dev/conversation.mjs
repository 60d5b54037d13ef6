/**
 * A make-believe assistant. Besides a check of three questions it knows some words that play
 * what can go wrong: `fail` (503, works on the second try), `break` (breaks off after the first
 * reply, works on the second try), `busy` (429), `lost` (401), `slow`, `long`, `many`, `xss`.
 */
import { randomUUID } from 'node:crypto';

const ANSWERS = ['Yes', 'No', 'Not sure'].map((title) => ({ title, payload: title }));
const QUESTIONS = [
  'Question 1 of 3: Do you have a heart rhythm problem (arrhythmia)? Or is your blood pressure very high right now?',
  'Question 2 of 3: Do you have a fever or a high temperature today?',
  'Question 3 of 3: Do you have a herpes rash now, like a cold sore, fever blisters or shingles?',
];
const XSS =
  '<img src=x onerror=alert(1)> [bad](javascript:alert(1)) [data](data:text/html,x) **bold** [good](https://example.org/) <b>not bold</b> https://example.com/page tel: [call](tel:+123)';

const sleep = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));

/** @typedef {{ text: string, buttons?: { title: string, payload: string }[], [extra: string]: unknown }} Reply */

export function createConversation() {
  /** @type {{ id: string, from: string, time: string, [key: string]: unknown }[]} */
  let log = [];
  /** @type {Map<string, (Reply & { id: string })[]>} replies by client message id */
  const done = new Map();
  const tried = new Set();
  /** @type {string[]} */
  let answers = [];
  let isChecking = false;

  /**
   * @param {string} text
   * @returns {Reply[]}
   */
  function replies(text) {
    const word = text.trim().toLowerCase();
    if (word === 'start the check') {
      isChecking = true;
      answers = [];
      const intro =
        'I can go through the short list of reasons in our document when the laser is not used.\n\nYou can answer yes, no or not sure, or type in your own words. You can stop at any time.';
      return [{ text: intro }, { text: QUESTIONS[0] ?? '', buttons: ANSWERS }];
    }
    if (isChecking) {
      answers.push(text);
      const next = QUESTIONS[answers.length];
      if (next) return [{ text: next, buttons: ANSWERS }];
      isChecking = false;
      return [
        {
          text: 'Thank you. None of the listed reasons was reported, or the specialist has to look at them. The specialist decides.',
        },
        {
          text: 'Your answers are in the summary.',
          buttons: [{ title: 'Show my summary', payload: 'Show my summary' }],
        },
      ];
    }
    if (word === 'xss')
      return [
        { text: XSS, unknown: { a: 1 }, buttons: [{ title: '<i>Choice</i>', payload: 'xss' }] },
      ];
    if (word === 'long') return [{ text: 'A long reply. '.repeat(200) }];
    if (word === 'many') {
      const titles = [
        'How does the laser remove stretch marks?',
        'How long is recovery?',
        'Is it painful?',
        'What does it cost?',
        'Does it leave a crust?',
        'Which medicines matter before the treatment, and whom do I tell?',
      ];
      return [
        {
          text: 'What would you like to know?',
          buttons: titles.map((title) => ({ title, payload: title })),
        },
      ];
    }
    if (/person/.test(word))
      return [
        {
          text: 'I’m a chatbot, so I can’t put you through to a person myself. Please call or write to the clinic.',
        },
      ];
    return [
      {
        text: `You wrote: “${text}”.\nSource: our document, “How does the laser remove stretch marks”: “On the treated areas you can see a crust.”`,
      },
    ];
  }

  return {
    messages: () => log,
    restart() {
      log = [];
      answers = [];
      isChecking = false;
    },
    summary: () =>
      answers.length
        ? [
            'Summary for the specialist',
            ...answers.map((answer, index) => `- Question ${index + 1}: ${answer}`),
          ].join('\n')
        : '',

    /**
     * @param {{ message?: string, id?: string }} body
     * @param {import('node:http').ServerResponse} response
     * @param {(response: import('node:http').ServerResponse, status: number, code: string,
     *   message: string, headers?: Record<string, string>) => void} refuse
     */
    async turn({ message = '', id = '' }, response, refuse) {
      const word = message.trim().toLowerCase();
      const isFirst = !tried.has(id);
      tried.add(id);
      if (word === 'slow') await sleep(7000);
      if (word === 'fail' && isFirst) return refuse(response, 503, 'unavailable', '');
      if (word === 'lost') return refuse(response, 401, 'no_session', 'This chat has ended.');
      if (word === 'busy' && isFirst) {
        const text = 'You are writing faster than I can read. Please wait 20 seconds.';
        return refuse(response, 429, 'too_many', text, { 'Retry-After': '20' });
      }
      let list = done.get(id);
      if (!list) {
        list = replies(message).map((reply) => ({ id: randomUUID(), ...reply }));
        done.set(id, list);
        const time = new Date().toISOString();
        log.push({ id, from: 'user', text: message, time });
        for (const reply of list) log.push({ ...reply, from: 'bot', time });
      }
      await sleep(500);
      response.writeHead(200, { 'Content-Type': 'application/x-ndjson' });
      for (const reply of list) {
        response.write(`${JSON.stringify({ type: 'message', ...reply })}\n`);
        await sleep(400);
        if (word === 'break' && isFirst) {
          response.end(
            `${JSON.stringify({ type: 'error', error: { code: 'unavailable', message: '' } })}\n`,
          );
          return undefined;
        }
      }
      response.end(`${JSON.stringify({ type: 'done' })}\n`);
      return undefined;
    },
  };
}
