import { createHmac } from 'node:crypto';
import { itIsAMessenger, sample, samplesIn, type MessengerSubject } from '../../../messenger-kit/testing.js';
import { LineMessenger } from './line.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const BOT = 'Uf4fca5a78367a3c24cdd34b377398366';
const PERSON = 'Ua5ad91a414e0eacf3edfdc828d1279e6';
const TOKEN = 'line-test-token-77';
const SECRET = 'dev_channel_secret_000000000000';
const error = (status: number, message: string): { status: number; body: string } => ({
  status,
  body: JSON.stringify({ message }),
});
const inCall = (...events: unknown[]): string => JSON.stringify({ destination: BOT, events });
/** The same event twice, and none, have specs of their own. */
const samples = [...samplesIn(fixtures)].filter(([name]) => name !== 'redelivery' && name !== 'verify-empty');
const refusals: MessengerSubject['sendAnswers']['rejected'] = [
  { ...error(401, 'Authentication failed'), class: 'reauthorize' },
  { ...error(400, 'The request body has 1 error(s)'), class: 'permanent' },
  { ...error(403, 'Forbidden'), class: 'permanent' },
  { ...error(404, 'Not found'), class: 'permanent' },
  { ...error(413, 'Too large'), class: 'permanent' },
  { ...error(429, 'You have reached your monthly limit.'), class: 'permanent' },
  { ...error(429, 'The API rate limit has been exceeded.'), class: 'retryAfter', retryAfterMs: 5_000 },
  { ...error(429, 'Too fast'), headers: { 'retry-after': '9' }, class: 'retryAfter', retryAfterMs: 9_000 },
  { status: 429, body: '<html>slow down</html>', class: 'retryAfter', retryAfterMs: 5_000 },
  { status: 403, body: '<html>blocked by a proxy</html>', class: 'permanent' },
];

itIsAMessenger('LINE', {
  make: (apiUrl, http) => new LineMessenger({ apiUrl, dataUrl: apiUrl }, http),
  account: {
    channelId: 'c1',
    messenger: 'line',
    source: BOT,
    credentials: { channelAccessToken: TOKEN, channelSecret: SECRET },
  },
  recipient: { scope: BOT, externalId: PERSON },
  sign: (body, secret) => ({ 'x-line-signature': createHmac('sha256', secret).update(body).digest('base64') }),
  proofHeader: 'x-line-signature',
  samples: new Map(samples),
  text: sample(fixtures, 'text'),
  trial: sample(fixtures, 'verify-empty'),
  unknownEvent: inCall({ type: 'brandNewThing', webhookEventId: '01M4A8BNNH7CQSAMP33S5KXTE0' }),
  badEvent: inCall({ type: 'message', source: { type: 'user', userId: PERSON }, message: { type: 'text' } }),
  batch: (bodies) => inCall(...bodies.flatMap((body) => (JSON.parse(body) as { events: unknown[] }).events)),
  sendAnswers: {
    sent: {
      status: 200,
      body: '{"sentMessages":[{"id":"571038264190474116","quoteToken":"qk1"}]}',
      externalId: '571038264190474116',
    },
    rejected: refusals,
  },
  requestAnswers: { target: '571038264190473601', done: { status: 202, body: '{}' }, rejected: refusals },
  media: {
    attachment: () => ({ type: 'file', reference: '571038264190473604' }),
    found: () => ({ status: 200, body: 'hello', headers: { 'content-type': 'text/plain' } }),
    refused: [
      { ...error(404, 'Not found'), class: 'permanent' },
      { ...error(410, 'Gone'), class: 'permanent' },
      { ...error(401, 'Authentication failed'), class: 'retry' },
      { ...error(429, 'The API rate limit has been exceeded.'), class: 'retry' },
      { status: 202, body: '{"status":"processing"}', class: 'retry' },
      { status: 202, body: '{"status":"failed"}', class: 'permanent' },
    ],
  },
  registration: {
    request: {
      credentials: { channelAccessToken: TOKEN, channelSecret: SECRET },
      webhookUrl: 'https://chat.example.com/webhooks/line/k',
      webhookSecret: SECRET,
    },
    refusal: error(401, 'Authentication failed'),
    nothingToDisconnect: true,
    secrets: [TOKEN, SECRET],
  },
});
