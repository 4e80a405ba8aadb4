/** https://core.telegram.org/bots/api#sendmessage; lengths in UTF-16 units. */
export const MAX_TEXT = 4_096;
export const MAX_CAPTION = 1_024;
/** One file, and all of an album, as they are sent in one call. */
export const MAX_UPLOAD_BYTES = 50 * 1024 * 1024;
export const MAX_BUTTONS = 100;
/** https://core.telegram.org/bots/api#inlinekeyboardbutton */
export const MAX_CALLBACK_BYTES = 64;
