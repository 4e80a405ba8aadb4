import { createHmac } from 'node:crypto';
import { itIsAMessenger, sample, samplesIn } from '../../../messenger-kit/testing.js';
import { WhatsAppMessenger } from './whatsapp.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const NUMBER = '116204873915508';
const TOKEN = 'EAATestSystemUserToken';
const error = (code: number, more: object = {}): { status: number; body: string } => ({
  status: 400,
  body: JSON.stringify({ error: { message: `(#${code}) …`, type: 'OAuthException', code, ...more } }),
});
const inChange = (value: object, field = 'messages'): string =>
  JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      { id: '129473058216640', changes: [{ value: { metadata: { phone_number_id: NUMBER }, ...value }, field }] },
    ],
  });

itIsAMessenger('WhatsApp', {
  make: (graphUrl, http) =>
    new WhatsAppMessenger(
      { graphUrl, graphVersion: 'v26.0', appId: '287451903362718', appSecret: 'app_secret_1', verifyToken: 'word' },
      http,
    ),
  account: {
    channelId: 'c1',
    messenger: 'whatsapp',
    source: NUMBER,
    credentials: { phoneNumberId: NUMBER, accessToken: TOKEN, accountId: '129473058216640' },
  },
  recipient: { scope: NUMBER, externalId: 'UA.27408193650271846395' },
  sign: (body, secret) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
  proofHeader: 'x-hub-signature-256',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text.wire'),
  unknownEvent: inChange({ brand_new: {} }, 'brand_new_field'),
  badEvent: inChange({ messages: [{ from: '380390047163', type: 'text', text: { body: 'no id' } }] }),
  batch: (bodies) =>
    JSON.stringify({
      object: 'whatsapp_business_account',
      entry: bodies.flatMap((body) => (JSON.parse(body) as { entry: unknown[] }).entry),
    }),
  sendAnswers: {
    sent: { status: 200, body: sample(fixtures, 'api-send-ok'), externalId: 'wamid.RRFFMN4' },
    rejected: [
      { status: 400, body: sample(fixtures, 'api-error-window-closed'), class: 'windowClosed' },
      { status: 401, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(0), status: 401, class: 'reauthorize' },
      { ...error(131026), class: 'permanent' },
      { ...error(131042), class: 'permanent' },
      { ...error(200), status: 403, class: 'permanent' },
      { ...error(130429), class: 'retryAfter', retryAfterMs: 60_000 },
      { ...error(131056), class: 'retryAfter', retryAfterMs: 30_000 },
      { ...error(131048), class: 'retryAfter', retryAfterMs: 3_600_000 },
      { ...error(131000), status: 500, class: 'retryAfter' },
      { ...error(100, { is_transient: true }), class: 'retryAfter' },
      { ...error(424242), class: 'permanent' },
    ],
  },
  requestAnswers: {
    target: 'wamid.RRFFMN4',
    done: { status: 200, body: '{"success":true}' },
    rejected: [
      { status: 401, body: sample(fixtures, 'api-error-token-expired'), class: 'reauthorize' },
      { ...error(131009), class: 'permanent' },
    ],
  },
  media: {
    attachment: () => ({ type: 'image', reference: '2718406593172845' }),
    found: ({ url, headers }) => {
      const { host = '' } = headers;
      if (url.includes('/attachments/'))
        return { status: 200, body: 'hello', headers: { 'content-type': 'image/jpeg' } };
      return { status: 200, body: JSON.stringify({ url: `http://${String(host)}/attachments/?mid=1` }) };
    },
    refused: [
      { ...error(100), class: 'permanent' },
      { status: 401, body: sample(fixtures, 'api-error-token-expired'), class: 'retry' },
      { ...error(130429), class: 'retry' },
    ],
  },
  registration: {
    request: {
      credentials: { phoneNumberId: NUMBER, accessToken: TOKEN },
      webhookUrl: 'https://chat.example.com/webhooks/whatsapp/k',
      webhookSecret: 'unused',
    },
    refusal: { status: 401, body: sample(fixtures, 'api-error-token-expired') },
    secrets: [TOKEN, 'app_secret_1'],
  },
});
