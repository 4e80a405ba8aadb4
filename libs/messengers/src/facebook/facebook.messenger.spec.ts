import { createHmac } from 'node:crypto';
import { itIsAMessenger, sample, samplesIn } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const PAGE = '108326419507742';
const TOKEN = 'EAATestPageToken';
const error = (code: number, subcode?: number, more: object = {}): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ error: { message: `(#${code}) …`, code, error_subcode: subcode, ...more } }),
});
const inEntry = (event: unknown): string =>
  JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: 1792213641300, messaging: [event] }] });

itIsAMessenger('Facebook', {
  make: (graphUrl, http) =>
    new FacebookMessenger(
      { graphUrl, graphVersion: 'v26.0', appId: '287451903362718', appSecret: 'app_secret_1', verifyToken: 'word' },
      http,
    ),
  account: { channelId: 'c1', messenger: 'facebook', source: PAGE, credentials: { pageToken: TOKEN } },
  recipient: { scope: PAGE, externalId: '7329150486617043' },
  sign: (body, secret) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
  proofHeader: 'x-hub-signature-256',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text.wire'),
  unknownEvent: inEntry({ sender: { id: '1' }, recipient: { id: PAGE }, timestamp: 1792213641000, brand_new: {} }),
  badEvent: inEntry({ sender: { id: '1' }, message: { text: 'no id' } }),
  batch: (bodies) =>
    JSON.stringify({
      object: 'page',
      entry: bodies.flatMap((body) => (JSON.parse(body) as { entry: unknown[] }).entry),
    }),
  sendAnswers: {
    sent: { status: 200, body: sample(fixtures, 'api-send-ok'), externalId: 'm_dzp_zgh_6' },
    rejected: [
      { status: 400, body: sample(fixtures, 'api-error-window-closed'), class: 'windowClosed' },
      { status: 400, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(551), class: 'blocked' },
      { ...error(10, 2018108), class: 'blocked' },
      { ...error(100), class: 'permanent' },
      { ...error(100, 2018001), class: 'permanent' },
      { ...error(10, 2018300), class: 'permanent' },
      { ...error(2), class: 'retryAfter' },
      { ...error(100, 99, { is_transient: true }), class: 'retryAfter' },
      { ...error(10, 1893063), class: 'retryAfter', retryAfterMs: 1_800_000 },
      { ...error(1), status: 500, class: 'retryAfter' },
      { ...error(424242), class: 'permanent' },
    ],
  },
  requestAnswers: {
    target: 'm_dzp_zgh_6',
    done: { status: 200, body: '{"recipient_id":"7329150486617043"}' },
    rejected: [
      { status: 400, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(100), class: 'permanent' },
      { ...error(551), class: 'blocked' },
    ],
  },
  media: {
    attachment: (url) => ({ type: 'image', reference: `${url}/v/t1.15752-9/photo.jpg?oh=1` }),
    found: () => ({ status: 200, body: 'hello' }),
    refused: [
      { status: 403, body: 'URL signature expired', class: 'permanent' },
      { status: 404, body: '', class: 'permanent' },
      { status: 503, body: '', class: 'retry' },
    ],
  },
  registration: {
    request: {
      credentials: { pageToken: TOKEN },
      webhookUrl: 'https://chat.example.com/webhooks/facebook/k',
      webhookSecret: 'unused',
    },
    refusal: { status: 400, body: sample(fixtures, 'api-error-token-expired') },
    secrets: [TOKEN, 'app_secret_1'],
  },
});
