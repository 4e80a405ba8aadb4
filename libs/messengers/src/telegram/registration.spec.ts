import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const URL_OF_OURS = 'https://chat.example.com/webhooks/telegram/k';
const request = { credentials: { botToken: ` ${TOKEN}\n` }, webhookUrl: URL_OF_OURS, webhookSecret: 'k3' };
const account = { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } };
const ok = (result: unknown): { status: number; body: string } => ({
  status: 200,
  body: JSON.stringify({ ok: true, result }),
});
const me = ok({ id: 7193405826, is_bot: true, first_name: 'Corner Shopdesk', username: 'corner_shopdesk_bot' });
const refusal = (error_code: number, description: string): { status: number; body: string } => ({
  status: error_code,
  body: JSON.stringify({ ok: false, error_code, description }),
});
let network: ScriptedServer;
let http: GuardedHttp;
let telegram: TelegramMessenger;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  telegram = new TelegramMessenger({ apiUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

/** Answers by method; what is not listed is true. */
function answering(answers: Record<string, { status: number; body: string }>): void {
  network.script = ({ url }) => answers[url.split('/').at(-1) ?? ''] ?? ok(true);
}
const methods = (): (string | undefined)[] => network.calls.map(({ url }) => url.split('/').at(-1));

test('connecting checks the token and sets webhook, secret and kinds of updates', async () => {
  answering({ getMe: me });
  expect(await telegram.registration.connect(request)).toEqual({
    kind: 'connected',
    source: '7193405826',
    name: 'Corner Shopdesk',
    credentials: { botToken: TOKEN },
  });
  expect(methods()).toEqual(['getMe', 'setWebhook']);
  expect(JSON.parse(network.calls[1]?.body ?? '')).toMatchObject({
    url: URL_OF_OURS,
    secret_token: 'k3',
    drop_pending_updates: false,
    allowed_updates: expect.arrayContaining(['message', 'callback_query', 'message_reaction']) as string[],
  });
});

test('asking who a bot is changes nothing there', async () => {
  answering({ getMe: me });
  expect(await telegram.registration.identify(request.credentials)).toMatchObject({
    kind: 'connected',
    source: '7193405826',
  });
  expect(methods()).toEqual(['getMe']);
});

test.each([
  [
    'an address Telegram cannot reach',
    refusal(400, 'Bad Request: bad webhook: HTTPS url must be provided'),
    'webhook_refused',
    /HTTPS url must be provided.*PARLEY_PUBLIC_URL/,
  ],
  ['too many at once', refusal(429, 'Too Many Requests: retry after 1'), 'rate_limited', /wait/],
  ['trouble at Telegram', refusal(500, 'Internal Server Error'), 'messenger_failed', /later/],
])('%s is refused with what to do', async (_, answer, code, sentence) => {
  answering({ getMe: me, setWebhook: answer });
  const verdict = await telegram.registration.connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code, sentence: expect.stringMatching(sentence) as string });
});

test('disconnecting removes our webhook', async () => {
  answering({ getWebhookInfo: ok({ url: URL_OF_OURS }) });
  await telegram.registration.disconnect(account, URL_OF_OURS);
  expect(methods()).toEqual(['getWebhookInfo', 'deleteWebhook']);
});

test('disconnecting leaves a webhook of somebody else alone', async () => {
  answering({ getWebhookInfo: ok({ url: 'https://elsewhere.example.com/hook' }) });
  await telegram.registration.disconnect(account, URL_OF_OURS);
  expect(methods()).toEqual(['getWebhookInfo']);
});

test('disconnecting while Telegram is in trouble fails, to be tried again', async () => {
  answering({ getWebhookInfo: refusal(500, 'Internal Server Error') });
  await expect(telegram.registration.disconnect(account, URL_OF_OURS)).rejects.toThrow('error 500');
});
