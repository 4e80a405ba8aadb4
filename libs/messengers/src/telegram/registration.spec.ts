import { GuardedHttp, type HttpAnswer, type HttpCall } from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
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
    delivery: 'webhook',
  });
  expect(methods()).toEqual(['getMe', 'getWebhookInfo', 'setWebhook']);
  expect(JSON.parse(network.calls[2]?.body ?? '')).toMatchObject({
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
  ['too many at once', refusal(429, 'Too Many Requests: retry after 1'), 'rate_limited', /wait/],
  ['trouble at Telegram', refusal(500, 'Internal Server Error'), 'messenger_failed', /later/],
])('%s is refused with what to do', async (_, answer, code, sentence) => {
  answering({ getMe: me, setWebhook: answer });
  const verdict = await telegram.registration.connect(request);
  expect(verdict).toMatchObject({ kind: 'refused', code, sentence: expect.stringMatching(sentence) as string });
});

test.each([
  'Bad Request: bad webhook: HTTPS url must be provided for webhook',
  'Bad Request: bad webhook: Failed to resolve host: Name or service not known',
  'Bad Request: bad webhook: IP address 192.168.1.3 is reserved',
  'Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443',
  'Bad Request: invalid webhook URL specified',
])('where Telegram cannot call us, it is asked: %s', async (description) => {
  answering({ getMe: me, setWebhook: refusal(400, description) });
  expect(await telegram.registration.connect(request)).toMatchObject({ kind: 'connected', delivery: 'polling' });
  expect(methods()).toEqual(['getMe', 'getWebhookInfo', 'setWebhook', 'deleteWebhook']);
  expect(JSON.parse(network.calls[3]?.body ?? '')).toEqual({ drop_pending_updates: false });
});

test('a secret that is not taken is no reason to poll', async () => {
  answering({ getMe: me, setWebhook: refusal(400, 'Bad Request: secret token is too long') });
  expect(await telegram.registration.connect(request)).toMatchObject({ kind: 'refused', code: 'messenger_failed' });
});

/** The network in place of the client: Telegram's own address cannot be had on loopback. */
class Elsewhere extends GuardedHttp {
  readonly urls: string[] = [];

  override async request(call: HttpCall): Promise<HttpAnswer> {
    this.urls.push(call.url.replace(TOKEN, ''));
    const url = call.url.replace('https://api.telegram.org', network.url);
    return super.request({ ...call, url });
  }
}

test.each([
  ['http://localhost:3000/webhooks/telegram/k', 'polling', 'deleteWebhook'],
  [URL_OF_OURS, 'webhook', 'setWebhook'],
])('Telegram’s own server takes https only: %s means %s', async (webhookUrl, delivery, method) => {
  answering({ getMe: me });
  const elsewhere = new Elsewhere({ trustedOrigins: [network.url] });
  const { registration } = new TelegramMessenger({}, elsewhere);
  expect(await registration.connect({ ...request, webhookUrl })).toMatchObject({ kind: 'connected', delivery });
  expect(elsewhere.urls.at(-1)).toBe(`https://api.telegram.org/bot/${method}`);
  await elsewhere.close();
});

test('a self-hosted server takes http too', async () => {
  answering({ getMe: me });
  const webhookUrl = 'http://10.0.0.2:3000/webhooks/telegram/k';
  expect(await telegram.registration.connect({ ...request, webhookUrl })).toMatchObject({ delivery: 'webhook' });
  expect(methods()).toEqual(['getMe', 'getWebhookInfo', 'setWebhook']);
});

const RIVAL = 'https://crm.example.net/hooks/4711-secret';
const connecting = (more: object = {}) => telegram.registration.connect({ ...request, ...more });

test('a bot whose messages go to another system is named, and left alone until that is confirmed', async () => {
  answering({ getMe: me, getWebhookInfo: ok({ url: RIVAL }) });
  const verdict = await connecting();
  expect(verdict).toMatchObject({ kind: 'refused', code: 'in_use_elsewhere' });
  expect(JSON.stringify(verdict)).toContain('crm.example.net');
  expect(JSON.stringify(verdict)).not.toContain('4711');
  expect(methods()).toEqual(['getMe', 'getWebhookInfo']);
  expect(await connecting({ takeOver: true })).toMatchObject({ kind: 'connected', delivery: 'webhook' });
  expect(methods().at(-1)).toBe('setWebhook');
});

test('our own webhook under a former address of this server is nobody else’s', async () => {
  answering({ getMe: me, getWebhookInfo: ok({ url: URL_OF_OURS.replace('chat.', 'old.') }) });
  expect(await connecting()).toMatchObject({ kind: 'connected' });
});

test('disconnecting removes our webhook', async () => {
  answering({ getWebhookInfo: ok({ url: URL_OF_OURS }) });
  await telegram.registration.disconnect(account, URL_OF_OURS);
  expect(methods()).toEqual(['getWebhookInfo', 'deleteWebhook']);
});

test('disconnecting leaves a webhook of somebody else alone', async () => {
  answering({ getWebhookInfo: { status: 200, body: sample(fixtures, 'api-getwebhookinfo') } });
  await telegram.registration.disconnect(account, URL_OF_OURS);
  expect(methods()).toEqual(['getWebhookInfo']);
});

test('disconnecting while Telegram is in trouble fails, to be tried again', async () => {
  answering({ getWebhookInfo: refusal(500, 'Internal Server Error') });
  await expect(telegram.registration.disconnect(account, URL_OF_OURS)).rejects.toThrow('error 500');
});

describe('the bot’s picture', () => {
  const size = (file_id: string, side: number) => ({
    file_id,
    file_unique_id: `u-${file_id}`,
    width: side,
    height: side,
  });

  test('is the newest one in its largest size, asked with the token in the address alone', async () => {
    const photos = [[size('small', 160), size('large', 640)], [size('older', 640)]];
    answering({ getUserProfilePhotos: ok({ total_count: 2, photos }) });
    expect(await telegram.registration.picture(account)).toEqual({ reference: 'large', version: 'u-large' });
    expect(JSON.parse(network.calls[0]!.body)).toEqual({ user_id: '7193405826', limit: 1 });
  });

  test.each([
    ['none', { total_count: 0, photos: [] }],
    ['something odd', { photos: 'many' }],
    ['no id', { photos: [[{ width: 1 }]] }],
  ])('with %s there is none', async (_, result) => {
    answering({ getUserProfilePhotos: ok(result) });
    expect(await telegram.registration.picture(account)).toBeUndefined();
  });

  test('that Telegram does not tell is an error without the token', async () => {
    answering({ getUserProfilePhotos: refusal(500, `Internal /bot${TOKEN}`) });
    const error: unknown = await telegram.registration.picture(account).catch((reason: unknown) => reason);
    expect(String(error)).toMatch(/picture/);
    expect(String(error)).not.toContain(TOKEN);
  });
});
