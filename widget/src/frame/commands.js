/** What the menu does. */
import { ApiError } from './api.js';
import { confirmFirst, showText } from './dialogs.js';
import { announce } from './dom.js';
import { readTranscript } from './messages.js';
import { printPage, saveText } from './paper.js';
import { asText, entriesOf, headingOf } from './transcript.js';

/** The summary is for the clinic: it is English, whatever the language of the talk. */
const CONTENT_LANGUAGE = 'en';

/**
 * @param {object} options
 * @param {import('./api.js').Api} options.api
 * @param {import('./session.js').Session} options.session
 * @param {import('../locales/frame.js').Texts} options.texts
 * @param {import('./notice.js').Notice} options.notice
 * @param {string} options.title
 * @param {() => void} options.onRestarted
 * @param {() => void} options.onDeleted
 * @param {() => void} options.onSessionLost
 */
export function createCommands(options) {
  const { api, session, texts, notice, title } = options;

  /**
   * Runs a command; tells when it failed.
   *
   * @param {() => Promise<void>} run
   */
  async function attempt(run) {
    notice.clear();
    try {
      await run();
    } catch (error) {
      const { code, message } = error instanceof ApiError ? error : new ApiError('failed');
      if (code === 'no_session') options.onSessionLost();
      else notice.show(message || (code === 'offline' ? texts.offline : texts.trouble));
    }
  }

  /** @param {string} name */
  const dated = (name) => `${name}-${new Date().toISOString().slice(0, 10)}`;

  async function summary() {
    const answer = await api.summary().catch((error) => {
      if (error instanceof ApiError && error.code === 'no_summary') return { text: '' };
      throw error;
    });
    const text = typeof answer.text === 'string' ? answer.text : '';
    if (!text) {
      showText(
        { title: texts.summary, text: texts.summaryNone, done: texts.done, lang: texts.lang },
        [],
      );
      return;
    }
    const lines = [title, texts.notDoctor];
    const file = `${[texts.summary, ...lines].join('\n')}\n\n${text}\n`;
    showText({ title: texts.summary, text, done: texts.done, lang: CONTENT_LANGUAGE }, [
      { text: texts.saveText, run: () => saveText(dated(texts.fileSummary), file) },
      { text: texts.printIt, run: () => printPage({ title: texts.summary, lines, text }) },
    ]);
  }

  async function restart() {
    await api.restart();
    options.onRestarted();
    announce(texts.restartDone);
  }

  async function remove() {
    await session.end();
    options.onDeleted();
  }

  return {
    summary: () => attempt(summary),
    download: () =>
      attempt(async () => {
        const messages = readTranscript(await api.messages());
        saveText(dated(texts.fileChat), asText(messages, title, new Date(), texts));
      }),
    print: () =>
      attempt(async () => {
        const messages = readTranscript(await api.messages());
        const lines = [headingOf(new Date(), texts), texts.notDoctor];
        printPage({ title, lines, entries: entriesOf(messages, texts) });
      }),
    restart: () =>
      confirmFirst(
        {
          title: texts.restartTitle,
          text: texts.restartText,
          yes: texts.restartYes,
          cancel: texts.cancel,
        },
        () => attempt(restart),
      ),
    remove: () =>
      confirmFirst(
        {
          title: texts.deleteTitle,
          text: texts.deleteText,
          yes: texts.deleteYes,
          cancel: texts.cancel,
        },
        () => attempt(remove),
      ),
  };
}
