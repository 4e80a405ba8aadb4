/** Always sent: left out, Telegram keeps the previous list; some kinds come only when named. */
export const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'message_reaction',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
];

/** Of these what comes only when named; Telegram does not name the others where it delivers by default. */
export const NOT_BY_DEFAULT: ReadonlySet<string> = new Set(['message_reaction']);
