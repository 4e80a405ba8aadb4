/** https://developers.facebook.com/docs/whatsapp/cloud-api/messages, in UTF-16 units and bytes. */
export const MAX_TEXT = 4096;
export const MAX_CAPTION = 1024;
/** Above reply buttons, and above a button that opens a page. */
export const MAX_BUTTON_TEXT = 1024;
export const MAX_DOCUMENT = 100 * 1024 * 1024;
export const BUTTONS = { most: 3, title: 20, payload: 256 };
export const ROWS = { most: 10, title: 24, payload: 200 };
