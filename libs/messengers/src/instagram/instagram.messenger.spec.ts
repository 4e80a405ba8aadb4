import { createHmac } from 'node:crypto';
import { itIsAMessenger, sample, samplesIn } from '../../../messenger-kit/testing.js';
import { InstagramMessenger } from './instagram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const ACCOUNT = '17841906253847113';
const PERSON = '938174650228415';
const TOKEN = 'IGAATestUserToken';
const error = (code: number, subcode?: number, more: object = {}): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ error: { message: `(#${code}) …`, code, error_subcode: subcode, ...more } }),
});
const inEntry = (event: unknown): string =>
  JSON.stringify({ object: 'instagram', entry: [{ id: ACCOUNT, time: 1792050445300, messaging: [event] }] });

itIsAMessenger('Instagram', {
  make: (url, http) =>
    new InstagramMessenger(
      { graphUrl: url, apiUrl: url, appId: '624180937255108', appSecret: 'app_secret_1', verifyToken: 'word' },
      http,
    ),
  account: { channelId: 'c1', messenger: 'instagram', source: ACCOUNT, credentials: { accessToken: TOKEN } },
  recipient: { scope: ACCOUNT, externalId: PERSON },
  sign: (body, secret) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
  proofHeader: 'x-hub-signature-256',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text.wire'),
  unknownEvent: inEntry({
    sender: { id: PERSON },
    recipient: { id: ACCOUNT },
    timestamp: 1792050445000,
    brand_new: {},
  }),
  badEvent: inEntry({ sender: { id: PERSON }, message: { text: 'no id' } }),
  batch: (bodies) =>
    JSON.stringify({
      object: 'instagram',
      entry: bodies.flatMap((body) => (JSON.parse(body) as { entry: unknown[] }).entry),
    }),
  sendAnswers: {
    sent: { status: 200, body: sample(fixtures, 'api-send-ok'), externalId: 'aWdfDRHNGB5' },
    rejected: [
      { status: 400, body: sample(fixtures, 'api-error-window-closed'), class: 'windowClosed' },
      { status: 400, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(551), class: 'blocked' },
      { ...error(100), class: 'permanent' },
      { ...error(100, 2534014), class: 'permanent' },
      { ...error(10, 2018300), class: 'permanent' },
      { ...error(80002), class: 'retryAfter', retryAfterMs: 60_000 },
      { ...error(2), status: 500, class: 'retryAfter' },
      { ...error(368), class: 'retryAfter', retryAfterMs: 1_800_000 },
      { ...error(424242), class: 'permanent' },
    ],
  },
  requestAnswers: {
    target: 'aWdfDRHNGB5',
    done: { status: 200, body: `{"recipient_id":"${PERSON}"}` },
    rejected: [
      { status: 400, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(100), class: 'permanent' },
    ],
  },
  media: {
    attachment: (url) => ({ type: 'image', reference: `${url}/ig_messaging_cdn/?asset_id=1&signature=1` }),
    found: () => ({ status: 200, body: 'hello' }),
    refused: [
      { status: 404, body: '', class: 'permanent' },
      { status: 410, body: '', class: 'permanent' },
      { status: 503, body: '', class: 'retry' },
    ],
  },
  registration: {
    request: {
      credentials: { accessToken: TOKEN },
      webhookUrl: 'https://chat.example.com/webhooks/instagram/k',
      webhookSecret: 'unused',
    },
    refusal: { status: 400, body: sample(fixtures, 'api-error-token-expired') },
    secrets: [TOKEN, 'app_secret_1'],
  },
});
