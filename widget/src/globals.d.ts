/** What the build puts in place of these names (scripts/bundle.mjs). */
declare const WEBCHAT_FILE: string;
declare const WEBCHAT_INTEGRITY: string;

/** Style sheets arrive as minified text. */
declare module '*.css' {
  const text: string;
  export default text;
}

/** The part of botframework-webchat that the frame uses; the bundle brings no types. */
interface WebChatStore {
  dispatch(action: { type: string; payload?: unknown; meta?: unknown }): unknown;
}

interface WebChatGlobal {
  createStore(
    initial: object,
    ...middleware: ((
      api: unknown,
    ) => (next: (action: WebChatAction) => unknown) => (action: WebChatAction) => unknown)[]
  ): WebChatStore;
  renderWebChat(props: object, element: Element): void;
}

interface WebChatAction {
  type: string;
  payload?: { activity?: WebChatActivity; [key: string]: unknown };
  [key: string]: unknown;
}

interface WebChatActivity {
  type: string;
  id?: string;
  text?: string;
  textFormat?: string;
  timestamp?: string;
  from?: { id: string; role: string; name?: string };
  channelData?: Record<string, unknown>;
  suggestedActions?: { to: string[]; actions: object[] };
  [key: string]: unknown;
}

interface Window {
  WebChat?: WebChatGlobal;
}
