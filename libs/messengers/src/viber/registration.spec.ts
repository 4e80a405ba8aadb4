import { GuardedHttp, type Finding, type HttpAnswer, type HttpCall } from '#messenger-kit';
import { aScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { EVENT_TYPES } from './event-types.js';
import { ViberMessenger } from './viber.messenger.js';

const TOKEN = '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b';
const BOT = 'pa:61820947355028613409';
const URL_OF_OURS = 'https://chat.example.com/webhooks/viber/k';
const RIVAL = 'https://crm.example.net/hooks/4711-secret';
const request = { credentials: { authToken: ` ${TOKEN}\n` }, webhookUrl: URL_OF_OURS, webhookSecret: TOKEN };
const account = { channelId: 'c1', messenger: 'viber', source: BOT, credentials: { authToken: TOKEN } };
const answer = (status: number, more: object = {}): ScriptedAnswer => ({
  status: 200,
  body: JSON.stringify({ status, status_message: 'said by Viber', ...more }),
});
const info = (more: object = {}) =>
  answer(0, { id: BOT, name: 'Corner Shop', uri: 'cornershop', icon: 'https://cdn.example.com/icon.jpg', ...more });
let network: ScriptedServer;
let http: GuardedHttp;
let viber: ViberMessenger;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  viber = new ViberMessenger({ apiUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

function answering(account: ScriptedAnswer, setting = answer(0, { event_types: EVENT_TYPES })): void {
  network.script = ({ url }) => (url === '/pa/set_webhook' ? setting : account);
}
const methods = () => network.calls.map(({ url }) => url.replace('/pa/', ''));
const connecting = (more: object = {}) => viber.registration.connect({ ...request, ...more });

test('connecting checks the token and sets the webhook with the kinds of events', async () => {
  answering(info());
  expect(await connecting()).toEqual({
    kind: 'connected',
    source: BOT,
    name: 'Corner Shop',
    credentials: { authToken: TOKEN, senderName: 'Corner Shop' },
  });
  expect(methods()).toEqual(['get_account_info', 'set_webhook']);
  expect(network.calls.map(({ headers }) => headers['x-viber-auth-token'])).toEqual([TOKEN, TOKEN]);
  expect(JSON.parse(network.calls[1]?.body ?? '')).toEqual({
    url: URL_OF_OURS,
    event_types: ['delivered', 'seen', 'failed', 'subscribed', 'unsubscribed', 'conversation_started'],
    send_name: true,
    send_photo: false,
  });
});

test('asking who a bot is changes nothing there; the name of a sender is short', async () => {
  answering(info({ name: 'The Corner Shop of the Lower Town', webhook: RIVAL }));
  const verdict = await viber.registration.identify(request.credentials);
  expect(verdict).toMatchObject({ kind: 'connected', name: 'The Corner Shop of the Lower Town' });
  expect(verdict).toMatchObject({ credentials: { senderName: 'The Corner Shop of the Lower' } });
  expect(methods()).toEqual(['get_account_info']);
});

test.each([
  ['nobody answered where Viber tried', answer(1), 'webhook_unreachable', /PARLEY_PUBLIC_URL/],
  ['too many at once', answer(12), 'rate_limited', /wait/],
  ['a bot that is suspended', answer(9), 'account_stopped', /suspended/],
  ['trouble at Viber', { status: 502, body: '<html>' }, 'messenger_failed', /later/],
])('%s is refused with what to do', async (_, setting, code, sentence) => {
  answering(info(), setting);
  expect(await connecting()).toMatchObject({ code, sentence: expect.stringMatching(sentence) as string });
});

test('a bot whose messages go to another system is named, and left alone until that is confirmed', async () => {
  answering(info({ webhook: RIVAL }));
  const verdict = await connecting();
  expect(verdict).toMatchObject({ kind: 'refused', code: 'in_use_elsewhere' });
  expect(JSON.stringify(verdict)).toContain('crm.example.net');
  expect(JSON.stringify(verdict)).not.toContain('4711');
  expect(methods()).toEqual(['get_account_info']);
  expect(await connecting({ takeOver: true })).toMatchObject({ kind: 'connected' });
  expect(methods().at(-1)).toBe('set_webhook');
});

test('our own webhook under a former address of this server is nobody else’s', async () => {
  answering(info({ webhook: URL_OF_OURS.replace('chat.', 'old.') }));
  expect(await connecting()).toMatchObject({ kind: 'connected' });
});

/** The network in place of the client: Viber's own address cannot be had on loopback. */
class Elsewhere extends GuardedHttp {
  override request(call: HttpCall): Promise<HttpAnswer> {
    return super.request({ ...call, url: call.url.replace('https://chatapi.viber.com', network.url) });
  }
}

test('Viber’s own server calls https only, which is said before it is asked to', async () => {
  answering(info());
  const elsewhere = new Elsewhere({ trustedOrigins: [network.url] });
  const { registration } = new ViberMessenger({}, elsewhere);
  const webhookUrl = 'http://localhost:3000/webhooks/viber/k';
  expect(await registration.connect({ ...request, webhookUrl })).toMatchObject({ code: 'webhook_not_https' });
  expect(methods()).toEqual(['get_account_info']);
  expect(await registration.connect(request)).toMatchObject({ kind: 'connected' });
  await elsewhere.close();
});

test.each([
  ['ours', URL_OF_OURS, ['get_account_info', 'set_webhook']],
  ['somebody else’s', RIVAL, ['get_account_info']],
  ['gone', undefined, ['get_account_info']],
])('disconnecting where the webhook is %s', async (_, webhook, calls) => {
  answering(info({ webhook }));
  await viber.registration.disconnect(account, URL_OF_OURS);
  expect(methods()).toEqual(calls);
  if (calls.length > 1) expect(JSON.parse(network.calls[1]?.body ?? '')).toEqual({ url: '' });
});

test.each([2, 7, 8, 9, 15])('a bot Viber no longer runs (%i) has nothing to disconnect', async (status) => {
  answering(answer(status));
  await expect(viber.registration.disconnect(account, URL_OF_OURS)).resolves.toBeUndefined();
  answering(info({ webhook: URL_OF_OURS }), answer(status));
  await expect(viber.registration.disconnect(account, URL_OF_OURS)).resolves.toBeUndefined();
});

test('disconnecting while Viber is in trouble fails, to be tried again', async () => {
  answering(answer(99));
  await expect(viber.registration.disconnect(account, URL_OF_OURS)).rejects.toThrow('error 99');
});

test('the bot’s picture is its icon, another one when that changed', async () => {
  answering(info());
  const first = await viber.registration.picture(account);
  expect(first).toMatchObject({ reference: 'https://cdn.example.com/icon.jpg' });
  answering(info({ icon: 'https://cdn.example.com/icon2.jpg' }));
  expect((await viber.registration.picture(account))?.version).not.toBe(first?.version);
  answering(info({ icon: '' }));
  expect(await viber.registration.picture(account)).toBeUndefined();
});

describe('the doctor', () => {
  const inspect = async (said: ScriptedAnswer): Promise<Finding[]> => {
    answering(said);
    const asked = { webhookUrl: URL_OF_OURS, delivery: 'webhook', now: new Date() } as const;
    const findings = await viber.registration.inspect(account, asked);
    for (const { sentence } of findings) expect(sentence).toMatch(/^\p{L}.*[.]$/u);
    expect(methods()).not.toContain('set_webhook');
    return [...findings];
  };
  const ours = { webhook: URL_OF_OURS, event_types: EVENT_TYPES };

  test('finds a bot in order', async () => {
    const states = (await inspect(info(ours))).map(({ code, state }) => [code, state]);
    expect(states).toEqual([
      ['credential', 'ok'],
      ['subscription', 'ok'],
    ]);
  });

  test.each<[string, object, object]>([
    ['gone', { webhook: '' }, { state: 'broken', repair: 'harmless' }],
    ['another system’s', { webhook: RIVAL }, { state: 'broken', repair: 'takes_over' }],
    ['our old address', { webhook: URL_OF_OURS.replace('chat', 'old') }, { state: 'broken', repair: 'harmless' }],
    ['without receipts', { ...ours, event_types: ['subscribed'] }, { state: 'warning', repair: 'harmless' }],
  ])('finds a webhook that is %s', async (_, change, expected) => {
    expect((await inspect(info(change)))[1]).toMatchObject({ code: 'subscription', ...expected });
  });

  test.each<[string, ScriptedAnswer, [string, string][]]>([
    ['is no longer valid', answer(2), [['credential', 'broken']]],
    [
      'belongs to a bot that is blocked',
      answer(7),
      [
        ['credential', 'unknown'],
        ['account', 'broken'],
      ],
    ],
    ['nobody can tell about', { status: 502, body: '<html>' }, [['credential', 'unknown']]],
  ])('finds a token that %s', async (_, said, expected) => {
    expect((await inspect(said)).map(({ code, state }) => [code, state])).toEqual(expected);
  });
});

describe('who somebody is', () => {
  const read = () => viber.profile.read(account, { scope: BOT, externalId: 'a/b+c==' });

  test('is asked by the id as it is', async () => {
    network.script = () => answer(0, { user: { id: 'a/b+c==', name: ' Iryna\nLys ' } });
    expect(await read()).toEqual({ name: 'Iryna Lys' });
    expect(JSON.parse(network.calls[0]?.body ?? '')).toEqual({ id: 'a/b+c==' });
    expect(methods()).toEqual(['get_user_details']);
  });

  test.each([
    ['not subscribed', 6],
    ['asked too often', 12],
  ])('is not told: %s', async (_, status) => {
    network.script = () => answer(status);
    expect(await read()).toBeUndefined();
  });

  test.each([
    ['no answer to read', { status: 502, body: '<html>' }],
    ['a problem of Viber’s own', answer(99)],
    ['a token that is no longer valid', answer(2)],
  ])('may be told later: %s', async (_, said) => {
    network.script = () => said;
    await expect(read()).rejects.toThrow('later');
  });
});
