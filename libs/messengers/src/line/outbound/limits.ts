/** https://developers.line.biz/en/reference/messaging-api/#message-objects, in UTF-16 units and bytes. */
export const MAX_TEXT = 5_000;
/** Messages of LINE's in one call, which is one in the month's quota. */
export const MESSAGES_A_CALL = 5;
/** A picture is its own preview, whose limit is the lower one. */
export const MAX_IMAGE = 1024 * 1024;
export const MAX_ADDRESS = 2_000;
/** https://developers.line.biz/en/reference/messaging-api/#quick-reply */
export const CHOICES = { most: 13, title: 20, data: 300, url: 1_000 };
