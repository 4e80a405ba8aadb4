import { createHmac } from 'node:crypto';
import { itIsAMessenger, sample, samplesIn, type MessengerSubject } from '../../../messenger-kit/testing.js';
import { ViberMessenger } from './viber.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const BOT = 'pa:61820947355028613409';
const TOKEN = '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b';
const answer = (status: number, more: object = {}): { status: number; body: string } => ({
  status: 200,
  body: JSON.stringify({ status, status_message: 'said by Viber', ...more }),
});
const refusals: MessengerSubject['sendAnswers']['rejected'] = [
  { ...answer(1), class: 'permanent' },
  { ...answer(2), class: 'reauthorize' },
  // An error may carry the token as a string.
  { ...answer(3, { message_token: '5617382940165281794' }), class: 'permanent' },
  { ...answer(5), class: 'permanent' },
  { ...answer(6), class: 'blocked' },
  ...[7, 8, 9, 15].map((code) => ({ ...answer(code), class: 'reauthorize' as const })),
  { ...answer(10), class: 'retryAfter', retryAfterMs: 60_000 },
  { ...answer(12), class: 'retryAfter', retryAfterMs: 120_000 },
  { ...answer(23), class: 'windowClosed' },
  { ...answer(24), class: 'permanent' },
  { ...answer(424_242), class: 'retryAfter' },
  { ...answer(6), status: 400, class: 'blocked' },
  { status: 429, body: '<html>slow down</html>', class: 'retryAfter', retryAfterMs: 60_000 },
  { status: 413, body: '<html>too large</html>', class: 'permanent' },
];

itIsAMessenger('Viber', {
  make: (apiUrl, http) => new ViberMessenger({ apiUrl }, http),
  account: {
    channelId: 'c1',
    messenger: 'viber',
    source: BOT,
    credentials: { authToken: TOKEN, senderName: 'Corner Shop' },
  },
  recipient: { scope: BOT, externalId: 'l8hV5W4w6N3kRDaej45Bdg==' },
  sign: (body, secret) => ({
    'x-viber-content-signature': createHmac('sha256', secret).update(body).digest('hex'),
  }),
  proofHeader: 'x-viber-content-signature',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text.wire'),
  trial: sample(fixtures, 'webhook-check'),
  unknownEvent: '{"event":"brand_new_thing","timestamp":1792468135101,"message_token":5617382940165273551}',
  sendAnswers: {
    sent: {
      status: 200,
      body: '{"status":0,"status_message":"ok","message_token":5617382940165281794,"chat_hostname":"SN-CHAT-13_","billing_status":1}',
      externalId: '5617382940165281794',
    },
    rejected: refusals,
  },
  media: {
    attachment: (apiUrl) => ({ type: 'image', reference: `${apiUrl}/8/media/6/short/any/sig/image/4.jpg` }),
    found: () => ({ status: 200, body: 'hello', headers: { 'content-type': 'image/jpeg' } }),
    refused: [
      { status: 403, body: 'expired', class: 'permanent' },
      { status: 404, body: '', class: 'permanent' },
      { status: 503, body: '', class: 'retry' },
      { status: 429, body: '', class: 'retry' },
    ],
  },
  registration: {
    request: {
      credentials: { authToken: TOKEN },
      webhookUrl: 'https://chat.example.com/webhooks/viber/k',
      webhookSecret: TOKEN,
    },
    refusal: answer(2),
    secrets: [TOKEN, '3c3c3c3c3c3c3c3c'],
  },
});
