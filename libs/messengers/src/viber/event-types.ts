/** What Viber shall tell; messages it tells in any case. https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook */
export const EVENT_TYPES: readonly string[] = [
  'delivered',
  'seen',
  'failed',
  'subscribed',
  'unsubscribed',
  'conversation_started',
];
