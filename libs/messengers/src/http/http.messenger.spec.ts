import { signed } from '#messenger-kit';
import { itIsAMessenger, sample, samplesIn, type MessengerSubject } from '../../../messenger-kit/testing.js';
import { HttpMessenger } from './http.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const SECRET = 'k3_webhook_secret';
const answer = (status: number, body: object, headers?: Record<string, string>) => {
  return { status, body: JSON.stringify(body), ...(headers && { headers }) };
};
const refusals: MessengerSubject['sendAnswers']['rejected'] = [
  { status: 401, body: '', class: 'reauthorize' },
  { status: 403, body: '<html>Forbidden</html>', class: 'reauthorize' },
  { ...answer(404, { code: 'no_person', sentence: 'Nobody here is called so.' }), class: 'permanent' },
  { ...answer(422, { code: 'blocked', sentence: 'They left…' }), class: 'blocked' },
  { status: 413, body: '<html>too large</html>', class: 'permanent' },
  { status: 302, body: '', headers: { location: 'https://example.com' }, class: 'permanent' },
  { ...answer(429, {}, { 'retry-after': '9' }), class: 'retryAfter', retryAfterMs: 9_000 },
  { status: 503, body: '<html>later</html>', class: 'retryAfter' },
  { ...answer(500, { code: 'upstream' }), class: 'retryAfter' },
];

itIsAMessenger('HTTP', {
  make: (apiUrl, http) => new HttpMessenger({ allowedOrigins: `https://other.example ${apiUrl}` }, http),
  account: {
    channelId: 'c1',
    messenger: 'http',
    source: 'crm.example.com/1f',
    credentials: { url: 'https://crm.example.com/hidden', webhookSecret: SECRET },
  },
  credentialsAt: (url) => ({ url: `${url}/hidden`, webhookSecret: SECRET }),
  recipient: { scope: 'crm.example.com/1f', externalId: 'anna-17' },
  sign: (body, secret) => signed('msg_1', body, secret),
  proofHeader: 'webhook-signature',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text'),
  unknownEvent: '{"kind":"brand_new"}',
  badEvent: '{"kind":"message","sender":{"externalId":"anna-17"},"text":"no id"}',
  batch: (bodies) => `[${bodies.join(',')}]`,
  sendAnswers: {
    sent: { ...answer(200, { externalId: 'out-1' }), externalId: 'out-1' },
    rejected: refusals,
  },
  requestAnswers: { target: 'out-1', done: answer(200, {}), rejected: refusals },
  media: {
    attachment: (url) => ({ type: 'file', reference: `${url}/files/7` }),
    found: () => ({ status: 200, body: 'hello', headers: { 'content-type': 'text/plain' } }),
    refused: [
      { status: 404, body: '', class: 'permanent' },
      { status: 429, body: '', class: 'retry' },
    ],
  },
  registration: {
    request: {
      credentials: { url: 'https://crm.example.com/hidden' },
      webhookUrl: 'https://chat.example.com/webhooks/http/k',
      webhookSecret: SECRET,
    },
    secrets: [SECRET, '/hidden'],
  },
});
