import { GuardedHttp, type MessageContent } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const account = { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } };
const OK = { status: 200, body: '{"ok":true,"result":{"message_id":433,"chat":{"id":5},"date":1791234570}}' };
let network: ScriptedServer;
let http: GuardedHttp;
let telegram: TelegramMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => OK);
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  telegram = new TelegramMessenger({ apiUrl: `${network.url}/` }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

async function sentBody(content: MessageContent): Promise<unknown> {
  const signal = AbortSignal.timeout(2_000);
  const recipient = { scope: '', externalId: '5' };
  const verdict = await telegram.outcome.send({ id: 'id', content }, { account, recipient, signal });
  expect(verdict).toEqual({ kind: 'sent', externalId: '5:433', sentAt: new Date(1791234570000) });
  expect(network.calls[0]).toMatchObject({ method: 'POST', url: `/bot${TOKEN}/sendMessage` });
  return JSON.parse(network.calls[0]?.body ?? '');
}

test('what an agent writes is literal', async () => {
  expect(await sentBody({ text: '*1 < 2* _a_' })).toEqual({ chat_id: 5, text: '*1 < 2* _a_' });
});

test.each([
  ['of this chat', '5:417', { message_id: 417, allow_sending_without_reply: true }],
  ['of another chat', '6:417', undefined],
  ['that was a pressed button', 'callback:2938175046620193847', undefined],
  ['with an odd id', '5:1e3', undefined],
])('an answer to a message %s', async (_, replyTo, parameters) => {
  expect(await sentBody({ text: 'yes', replyTo })).toEqual({
    chat_id: 5,
    text: 'yes',
    ...(parameters && { reply_parameters: parameters }),
  });
});

test('a bot may write at any time', () => {
  const now = { allowed: true, until: null, reason: null, kinds: ['text'], tag: null };
  expect(telegram.outcome.policy()).toEqual(now);
});

test('profiles: a name, none, or later', async () => {
  const person = { scope: '', externalId: '5' };
  const answers = [
    { status: 200, body: '{"ok":true,"result":{"id":5,"first_name":"Iryna","last_name":"Lys"}}' },
    { status: 400, body: '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}' },
    { status: 429, body: '{"ok":false,"error_code":429,"description":"Too Many Requests"}' },
  ];
  network.script = () => answers.shift();
  expect(await telegram.profile.read(account, person)).toEqual({ name: 'Iryna Lys' });
  expect(await telegram.profile.read(account, person)).toBeUndefined();
  await expect(telegram.profile.read(account, person)).rejects.toThrow('later');
});
