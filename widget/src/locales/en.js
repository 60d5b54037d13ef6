/** English. To add a language, copy this file: see README.md, "Languages". */

/** Texts of the loader: they stand on the host page, so keep them few. */
export const loader = {
  region: 'Chat',
  label: 'Chat with us',
  close: 'Close the chat',
  unreadOne: '1 new message',
  unreadMany: '{n} new messages',
};

/** Texts of the frame. */
export const frame = {
  /** The name of the language, and of botframework-webchat's own texts. */
  lang: 'en',
  webchat: 'en-US',
  /** Right-to-left languages say `rtl`. */
  direction: 'ltr',

  title: 'Chat assistant',
  loading: 'Loading the chat…',
  close: 'Close the chat',
  menu: 'Menu',
  person: 'Talk to a person',
  /** What the assistant is sent. It begins in the page's language where it knows it, else in English. */
  personMessage: 'I want to talk to a person',
  summary: 'Summary of the check',
  download: 'Download the chat (.txt)',
  print: 'Print the chat',
  restart: 'Start over',
  delete: 'Delete my data',
  privacy: 'Privacy notice',
  newTab: '(opens in a new tab)',

  consentTitle: 'Before you start',
  consentBot: 'You are talking to a bot. It is not a doctor and it cannot examine you.',
  consentEmergency: 'It is not for emergencies. In an emergency, call your local emergency number.',
  consentKept:
    'What you write can be health data. It is kept on the clinic’s server for up to {days}, so that you can go on later. You can delete it at any time from the menu.',
  consentCookie: 'One cookie (or one entry in this browser) remembers this chat.',
  dayOne: '1 day',
  dayMany: '{n} days',
  agree: 'Agree and start',
  decline: 'No thanks',

  welcome:
    'Hello! I’m a bot. I answer questions about laser resurfacing of stretch marks from one document. I can also go through its list of reasons against the laser with you. I’m not a doctor.',
  welcomeButtons: [
    { title: 'What is laser resurfacing?', payload: 'What is laser resurfacing?' },
    { title: 'How long is recovery?', payload: 'How long is recovery?' },
    { title: 'Start the check', payload: 'Start the check' },
  ],
  restored: 'Your conversation so far is shown again.',

  restartTitle: 'Start over?',
  restartText:
    'The chat and the check start from nothing. What you wrote before stays on the server until you select “Delete my data”.',
  restartYes: 'Start over',
  restartDone: 'The chat starts over.',
  deleteTitle: 'Delete my data?',
  deleteText:
    'Everything that you wrote here, the replies and your answers are erased from the server. This cannot be undone.',
  deleteYes: 'Delete everything',
  deleteDone: 'Your data was deleted.',
  cancel: 'Cancel',

  summaryNone: 'There is no summary yet. Start the check and answer some questions first.',
  saveText: 'Download (.txt)',
  printIt: 'Print',
  done: 'Done',

  failed: 'Your message was not sent. Select “Retry” below it to try again.',
  tooLong: 'A message can have at most {n} characters. Please send the rest in another message.',
  offline: 'There is no connection to the assistant at the moment.',
  broken: 'The rest of the reply did not arrive.',
  again: 'Try again',
  dismiss: 'Dismiss',
  trouble: 'That did not work. Please try again in a moment.',
  noStart:
    'The assistant cannot be reached at the moment. Please try again later, or contact the clinic.',
  expired: 'This chat has ended. You can start a new one.',

  botName: 'The assistant',
  you: 'You',
  bot: 'Assistant (bot)',
  transcriptTitle: 'Chat of {date}',
  choices: 'Choices: {list}',
  notDoctor: 'Written by a bot. It is not a diagnosis and not medical advice.',
  fileChat: 'chat',
  fileSummary: 'check-summary',
};
