import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const PAGE = '108326419507742';
const account = {
  channelId: 'c1',
  messenger: 'facebook',
  source: PAGE,
  credentials: { pageToken: 'EAATestPageToken' },
};
const SINCE = new Date('2026-11-22T07:00:00Z');
let network: ScriptedServer;
let http: GuardedHttp;
let facebook: FacebookMessenger;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  facebook = new FacebookMessenger({ graphUrl: network.url, appId: '1', appSecret: 's' }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const time = (minute: number) => `2026-11-22T07:${String(minute).padStart(2, '0')}:00+0000`;
const said = (id: string, minute: number, more: object = {}) => ({
  id,
  created_time: time(minute),
  from: { id: '7329' },
  to: { data: [{ id: PAGE }] },
  message: `Text of ${id}`,
  ...more,
});
const conversation = (minute: number, ...messages: object[]) => ({
  updated_time: time(minute),
  messages: { data: messages },
});
const answering = (body: object, status = 200) => (network.script = () => ({ status, body: JSON.stringify(body) }));
const read = (cursor?: string) => facebook.history.read(account, SINCE, cursor, AbortSignal.timeout(5_000));

/** What the income worker makes of what was read. */
async function events() {
  const verdict = await read();
  if (verdict.kind !== 'read') throw new Error(verdict.sentence);
  return verdict.bodies.flatMap((body) => facebook.income.convert({ headers: {}, body }));
}

test('what was read has the keys a webhook would have given it, oldest first', async () => {
  answering({ data: [conversation(9, said('m_3', 9), said('m_2', 9), said('m_1', 5))] });
  const item = { sender: { id: '7329' }, recipient: { id: PAGE }, timestamp: Date.parse('2026-11-22T07:05:00Z') };
  const message = { mid: 'm_1', text: 'Text of m_1' };
  const webhook = { object: 'page', entry: [{ id: PAGE, messaging: [{ ...item, message }] }] };
  const [told] = facebook.income.convert({ headers: {}, body: Buffer.from(JSON.stringify(webhook)) });
  const found = await events();
  expect(found[0]).toEqual(told);
  expect(found.map((event) => ('externalId' in event ? event.externalId : event.kind))).toEqual(['m_1', 'm_2', 'm_3']);
});

test('what the Page said is an echo; files and stickers are attachments', async () => {
  const file = (more: object) => ({ attachments: { data: [more] }, message: '' });
  answering({
    data: [
      conversation(
        9,
        said('m_5', 9, { from: { id: PAGE }, to: { data: [{ id: '7329' }] } }),
        said('m_4', 8, { message: '', sticker: 'https://scontent.xx.fbcdn.net/s.png' }),
        said('m_3', 7, file({ mime_type: 'audio/mp4', file_url: 'https://cdn.fbsbx.com/a.mp4' })),
        said('m_2', 6, file({ mime_type: 'application/pdf', file_url: 'https://cdn.fbsbx.com/x.pdf' })),
        said('m_1', 5, file({ image_data: { url: 'https://scontent.xx.fbcdn.net/p.jpg' } })),
      ),
    ],
  });
  const found = await events();
  const types = found.map((event) => ('content' in event ? event.content.attachments?.[0]?.type : undefined));
  expect(types).toEqual(['image', 'file', 'audio', 'sticker', undefined]);
  expect(found.at(-1)).toMatchObject({ kind: 'echo', recipient: { externalId: '7329' } });
});

test('it ends where conversations become older, and goes on by the cursor', async () => {
  const paging = { cursors: { after: 'c1' }, next: 'http://169.254.169.254/' };
  answering({
    data: [conversation(9, said('m_1', 9), said('m_0', 1, { created_time: '2026-11-22T06:59:59+0000' }))],
    paging,
  });
  expect(await read()).toMatchObject({ kind: 'read', next: 'c1', bodies: { length: 1 } });
  await read('c1');
  expect(network.calls.at(-1)?.url).toContain('after=c1');
  answering({
    data: [conversation(9, said('m_1', 9)), { ...conversation(1), updated_time: '2026-11-22T06:00:00+0000' }],
    paging,
  });
  expect(await read()).toMatchObject({ kind: 'read', next: undefined });
});

test.each<[object, number, string]>([
  [{ error: { code: 613 } }, 400, 'retry'],
  [{ error: { code: 190 } }, 401, 'retry'],
  [{ error: { code: 200 } }, 403, 'permanent'],
  [{}, 502, 'retry'],
])('a refusal %j (%i) is %s', async (body, status, kind) => {
  answering(body, status);
  expect(await read()).toMatchObject({ kind: 'refused', class: kind });
});
