/**
 * News between the tabs and windows in which one visitor has the chat open: "something changed",
 * never what. Whoever hears it asks the server. So no tab offers choices to a question that was
 * answered in another one.
 */
const NAME = 'stria';

/**
 * @param {() => void} onChange something changed in another tab, or may have while this one slept
 * @returns {{ tell: () => void }}
 */
export function connectTabs(onChange) {
  /** @type {BroadcastChannel | undefined} */
  let channel;
  try {
    channel = new BroadcastChannel(NAME);
    channel.addEventListener('message', onChange);
  } catch {
    // The browser lets this frame share nothing, so the session is this tab's alone, too.
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') onChange();
  });
  return { tell: () => channel?.postMessage('changed') };
}
