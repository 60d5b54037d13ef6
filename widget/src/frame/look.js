/** How botframework-webchat looks: its style options, from our palette. */

const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif";
const TYPING_LASTS = 3000;
const SEND_LIMIT = 120_000;

/**
 * @param {import('./theme.js').Palette} colours
 * @param {boolean} isStill the visitor asked for less motion
 * @returns {Record<string, unknown>}
 */
export function styleOptions(colours, isStill) {
  const { accent, accentText, danger, line, onAccent, raised, subtle, surface, text } = colours;
  return {
    accent: accentText,
    subtle,
    backgroundColor: surface,
    primaryFont: FONT,
    fontSizeSmall: '0.8125rem',
    rootHeight: '100%',
    rootWidth: '100%',

    bubbleBackground: raised,
    bubbleBorderColor: raised,
    bubbleBorderRadius: 14,
    bubbleTextColor: text,
    bubbleFromUserBackground: accent,
    bubbleFromUserBorderColor: accent,
    bubbleFromUserBorderRadius: 14,
    bubbleFromUserTextColor: onAccent,
    bubbleMinWidth: 0,
    bubbleMinHeight: 0,
    messageActivityWordBreak: 'break-word',
    groupTimestamp: 300_000,
    timestampColor: subtle,
    // "Connecting..." and the like, at the bottom.
    notificationText: subtle,
    slowConnectivity: danger,
    failedConnectivity: danger,

    hideUploadButton: true,
    hideTelephoneKeypadButton: true,
    sendBoxBackground: surface,
    sendBoxBorderTop: `solid 1px ${line}`,
    sendBoxButtonColor: accentText,
    sendBoxButtonColorOnDisabled: subtle,
    sendBoxButtonShadeColorOnHover: raised,
    sendBoxButtonShadeColorOnActive: raised,
    sendBoxButtonShadeColorOnDisabled: surface,
    sendBoxButtonKeyboardFocusIndicatorBorderColor: text,
    sendBoxDisabledTextColor: subtle,
    sendBoxHeight: 52,
    sendBoxMaxHeight: 140,
    sendBoxPlaceholderColor: subtle,
    sendBoxTextColor: text,
    sendBoxTextWrap: true,
    sendTimeout: SEND_LIMIT,

    suggestedActionLayout: 'flow',
    suggestedActionBackgroundColor: surface,
    suggestedActionBackgroundColorOnHover: raised,
    suggestedActionBackgroundColorOnActive: raised,
    suggestedActionBackgroundColorOnFocus: surface,
    suggestedActionBackgroundColorOnDisabled: surface,
    suggestedActionBorderColor: accentText,
    suggestedActionBorderColorOnDisabled: line,
    suggestedActionBorderRadius: 20,
    suggestedActionBorderWidth: 1,
    suggestedActionTextColor: accentText,
    suggestedActionTextColorOnDisabled: subtle,
    suggestedActionKeyboardFocusIndicatorBorderColor: text,
    suggestedActionKeyboardFocusIndicatorBorderRadius: 17,
    suggestedActionsVisualKeyboardIndicatorColor: text,

    transcriptActivityVisualKeyboardIndicatorColor: subtle,
    transcriptVisualKeyboardIndicatorColor: text,
    transcriptOverlayButtonBackground: accent,
    transcriptOverlayButtonBackgroundOnHover: accent,
    transcriptOverlayButtonBackgroundOnFocus: accent,
    transcriptOverlayButtonColor: onAccent,
    transcriptTerminatorBackgroundColor: text,
    transcriptTerminatorColor: surface,

    toastErrorBackgroundColor: surface,
    toastErrorColor: danger,
    typingAnimationBackgroundImage: typingPicture(subtle, isStill),
    typingAnimationDuration: TYPING_LASTS,
    typingAnimationHeight: 20,
    typingAnimationWidth: 56,
  };
}

/**
 * Returns three dots as a picture, moving or still.
 *
 * @param {string} colour
 * @param {boolean} isStill
 * @returns {string} a CSS image
 */
function typingPicture(colour, isStill) {
  const dot = (/** @type {number} */ place) => {
    const fade = `<animate attributeName="opacity" values=".3;1;.3" dur="1.2s" begin="${place * 0.2}s" repeatCount="indefinite"/>`;
    return `<circle cx="${12 + place * 16}" cy="10" r="5" fill="${colour}">${isStill ? '' : fade}</circle>`;
  };
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="56" height="20">${[0, 1, 2].map(dot).join('')}</svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
}
