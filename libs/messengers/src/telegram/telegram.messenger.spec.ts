import { itIsAMessenger, sample, samplesIn, type MessengerSubject } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const error = (code: number, description: string): { status: number; body: string } => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description }),
});
const refusals: MessengerSubject['sendAnswers']['rejected'] = [
  { status: 403, body: sample(fixtures, 'api-error-403-blocked'), class: 'blocked' },
  { status: 429, body: sample(fixtures, 'api-error-429'), class: 'retryAfter', retryAfterMs: 9_000 },
  { ...error(401, 'Unauthorized'), class: 'reauthorize' },
  { ...error(404, 'Not Found'), class: 'reauthorize' },
  { ...error(400, 'Bad Request: chat not found'), class: 'permanent' },
  { ...error(418, 'something new'), class: 'permanent' },
  { ...error(500, 'Internal Server Error'), class: 'retryAfter' },
  { status: 429, body: '<html>slow down</html>', class: 'retryAfter', retryAfterMs: 30_000 },
  { status: 413, body: '<html>too large</html>', class: 'permanent' },
];

itIsAMessenger('Telegram', {
  make: (apiUrl, http) => new TelegramMessenger({ apiUrl }, http),
  account: { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } },
  recipient: { scope: '', externalId: '6841097253' },
  sign: (_, secret) => ({ 'x-telegram-bot-api-secret-token': secret }),
  proofHeader: 'x-telegram-bot-api-secret-token',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text.wire'),
  unknownEvent: '{"update_id":683410299,"brand_new_thing":{"id":1}}',
  sendAnswers: {
    sent: {
      status: 200,
      body: '{"ok":true,"result":{"message_id":433,"chat":{"id":6841097253},"date":1791234570,"text":"Hello"}}',
      externalId: '6841097253:433',
    },
    rejected: refusals,
  },
  requestAnswers: {
    target: '6841097253:433',
    done: { status: 200, body: '{"ok":true,"result":true}' },
    rejected: refusals,
    token: '42',
  },
  media: {
    attachment: () => ({ type: 'file', reference: 'BQACAgIAAx' }),
    found: ({ url }) =>
      url.startsWith('/file/')
        ? { status: 200, body: 'hello' }
        : { status: 200, body: '{"ok":true,"result":{"file_id":"BQACAgIAAx","file_path":"documents/file_7.txt"}}' },
    refused: [
      { ...error(400, 'Bad Request: file is too big'), class: 'too_large' },
      { ...error(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'), class: 'retry' },
      { ...error(400, 'Bad Request: invalid file_id'), class: 'permanent' },
    ],
  },
  poller: {
    polled: {
      status: 200,
      body: `{"ok":true,"result":[${sample(fixtures, 'text')},${sample(fixtures, 'callback-query')}]}`,
      cursor: '683410286',
    },
    refused: [
      { ...error(401, 'Unauthorized'), class: 'reauthorize' },
      { ...error(409, 'Conflict: terminated by other getUpdates request'), class: 'conflict' },
      { status: 429, body: sample(fixtures, 'api-error-429'), class: 'retry', retryAfterMs: 9_000 },
    ],
  },
  registration: {
    request: {
      credentials: { botToken: TOKEN },
      webhookUrl: 'https://chat.example.com/webhooks/telegram/k',
      webhookSecret: 'k3_secret',
    },
    refusal: error(401, 'Unauthorized'),
    secrets: [TOKEN, 'AAForSamples', 'k3_secret'],
  },
});
