/**
 * https://developers.viber.com/docs/api/rest-bot-api/#message-types, in UTF-16 units and bytes. Where Viber names two
 * numbers, or does not say whether a megabyte has 10⁶ bytes, the smaller one.
 */
export const MAX_TEXT = 7_000;
export const MAX_CAPTION = 512;
export const MAX_PICTURE = 1_000_000;
export const MAX_VIDEO = 26_000_000;
export const MAX_VIDEO_SECONDS = 600;
export const MAX_FILE = 50_000_000;
export const MAX_FILE_NAME = 256;
export const MAX_ADDRESS = 2_000;
export const MAX_SENDER_NAME = 28;
/** https://developers.viber.com/docs/tools/keyboards/ */
export const MAX_KEYS = 24;
export const MAX_KEY = 250;
/** Of the 30 KB a call may have, what is left for text and keys beside addresses and names. */
export const MAX_SAID_BYTES = 26_000;
