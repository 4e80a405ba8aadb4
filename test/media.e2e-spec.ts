import { createHash } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { aDocument, aPicture, PNG } from '../apps/simulator/src/testing/samples.js';
import { aCustomer, anOpenChat, openDesk, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { BOT_TOKEN, type TeamMessenger } from './support/team.js';
import { upload } from './support/upload.js';
import { all, type FileView, type MessageView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets, disk. Simulated: the messengers and their media hosts. */
let house: House;
const MOST = 200_000;

beforeAll(async () => {
  const env = { PARLEY_ATTACHMENT_MAX_BYTES: String(MOST), PARLEY_LOG_LEVEL: 'trace' };
  house = await openDesk({ agents: 2, env });
}, 120_000);
afterEach(() => house.simulator.clearFaults());
afterAll(() => house?.close());

const BOTH: readonly TeamMessenger[] = ['facebook', 'telegram'];
const aChat = (messenger: TeamMessenger) => anOpenChat(house, aCustomer(house, messenger));

/** The file of the chat's last message once it has this state. */
function fileBecomes(chat: OpenChat, state: string, withinMs?: number): Promise<FileView> {
  const look = async () => {
    const file = (await chat.later()).at(-1)?.attachments[0]?.file;
    return file?.state === state && file;
  };
  return eventually(look, withinMs, `a file that is ${state}`);
}

const download = (file: { url: string | null }, headers = {}) => fetch(house.server.url + file.url!, { headers });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

it.each(BOTH)('%s: a picture is fetched and opens by its signed link, safely', async (messenger) => {
  const chat = await aChat(messenger);
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  const file = await fileBecomes(chat, 'stored');
  expect(file).toMatchObject({ type: 'image', mimeType: 'image/png', size: PNG.length, failure: null });
  const answer = await download(file);
  expect(answer.status).toBe(200);
  expect(await bytesOf(answer)).toEqual(PNG);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': expect.stringMatching(/^inline; /) as unknown,
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/) as unknown,
    'cache-control': expect.stringContaining('private') as unknown,
  });
  expect((await chat.view()).unreadCount).toBe(2);
});

it.each(BOTH)('%s: who edits the words beside a picture leaves it where it is', async (messenger) => {
  const chat = await aChat(messenger);
  house.simulator.customerSendsAlbum({ ...chat.who, files: [aPicture], caption: 'Tis one' });
  const { id } = await fileBecomes(chat, 'stored');
  house.simulator.customerEdits({ ...chat.who, text: 'This one' });
  const message = await eventually(async () => {
    const last = (await chat.later()).at(-1);
    return last?.text === 'This one' && last;
  });
  expect(message.attachments).toMatchObject([{ type: 'image', file: { id, state: 'stored' } }]);
});

it('a page that calls itself a picture is never shown as one', async () => {
  const chat = await aChat('facebook');
  const bytes = Buffer.from('<!doctype html><script>alert(1)</script>');
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture, type: 'text/html', bytes });
  const answer = await download(await fileBecomes(chat, 'stored'));
  expect(await bytesOf(answer)).toEqual(bytes);
  expect(answer.headers.get('content-type')).toBe('application/octet-stream');
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment; /);
});

it('links are good for their file only; without one it takes somebody who may read the chat', async () => {
  const chat = await aChat('telegram');
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  const file = await fileBecomes(chat, 'stored');
  house.simulator.customerSendsFile({ ...chat.who, ...aDocument });
  const other = await eventually(async () => {
    const found = (await chat.later())[1]?.attachments[0]?.file;
    return found?.state === 'stored' && found;
  });
  const [path, query] = file.url!.split('?');
  expect((await download({ url: `${other.url!.split('?')[0]}?${query}` })).status).toBe(403);
  expect((await download({ url: file.url!.slice(0, -2) })).status).toBe(403);
  expect((await download({ url: path! })).status).toBe(401);
  expect((await download({ url: path! }, chat.api.authorization)).status).toBe(200);
  expect((await download({ url: path! }, house.team.agents[1]!.api.authorization)).status).toBe(404);
  expect((await download({ url: path! }, house.team.admin.authorization)).status).toBe(200);
});

it.each(BOTH)('%s: what is too big leaves a notice, and its message', async (messenger) => {
  const chat = await aChat(messenger);
  const big = { ...aPicture, bytes: Buffer.concat([PNG, Buffer.alloc(MOST)]), size: 1_000 };
  house.simulator.customerSendsAlbum({ ...chat.who, files: [big], caption: 'Huge' });
  const failure = expect.stringMatching(/larger than/) as unknown;
  expect(await fileBecomes(chat, 'too_large')).toMatchObject({ url: null, failure });
  expect(await chat.later()).toMatchObject([{ text: 'Huge', attachments: [{ type: 'image' }] }]);
});

it.each<[TeamMessenger, string]>([
  ['facebook', 'media'],
  ['telegram', 'file'],
])(
  '%s: a media host that fails first is asked again',
  async (messenger, method) => {
    const chat = await aChat(messenger);
    const effects = [{ kind: 'status', status: 503 } as const, { kind: 'reset', processed: true } as const];
    house.simulator.failCall({ match: { method }, effect: effects[messenger === 'facebook' ? 0 : 1]! });
    house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
    await house.simulator.waitFor(({ ledger }) => ledger.calls.some((call) => call.method === method && call.fault));
    expect(await chat.later()).toMatchObject([
      { attachments: [{ type: 'image', file: { state: 'pending', url: null } }] },
    ]);
    expect(await bytesOf(await download(await fileBecomes(chat, 'stored', 20_000)))).toEqual(PNG);
  },
  60_000,
);

it('a link that has expired is told, the message stays', async () => {
  const chat = await aChat('facebook');
  house.simulator.failWebhook({ match: { person: chat.who.person }, effect: { kind: 'delay', ms: 50 } });
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  house.simulator.expireMedia(chat.who.account);
  const failure = 'Facebook no longer has the file: its link has expired.';
  expect(await fileBecomes(chat, 'failed')).toMatchObject({ url: null, failure });
});

it('content of a message that is taken back is gone', async () => {
  const chat = await aChat('facebook');
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  const file = await fileBecomes(chat, 'stored');
  house.simulator.customerDeletes(chat.who);
  await eventually(async () => (await chat.later())[0]!.deletedAt !== null);
  const status = async () => (await download(file)).status;
  await eventually(async () => [404, 409].includes(await status()), 5_000, 'no content');
});

it.each(BOTH)('%s: an uploaded file and a picture are sent as they are', async (messenger) => {
  const chat = await aChat(messenger);
  const uploads = [await upload(chat.api, aDocument), await upload(chat.api, aPicture)];
  expect(uploads.map(({ status }) => status)).toEqual([201, 201]);
  const attachments = uploads.map(({ body }) => body.id);
  expect(await chat.send('Here they are', { attachments })).toMatchObject({ status: 201 });
  const sent = () =>
    house.simulator.conversation(chat.who).flatMap(({ from, files = [] }) => (from === 'business' ? files : []));
  await house.simulator.waitFor(() => sent().length === 2, 20_000);
  for (const [index, { name, bytes }] of [aDocument, aPicture].entries()) {
    expect(sent()[index]).toMatchObject({ name, size: bytes.length });
    expect(house.simulator.world.files.get(sent()[index]!.id)!.bytes).toEqual(bytes);
  }
  const all = await eventually(async () => {
    const found = await chat.later();
    return found.every(({ status }) => status === 'sent') && found;
  });
  const files = all.flatMap((message: MessageView) => message.attachments.map(({ file }) => file!));
  expect(files.map(({ id, state }) => [id, state])).toEqual(attachments.map((id) => [id, 'stored']));
  expect(await chat.send('Once more', { attachments })).toMatchObject({ status: 422 });
});

it.each(BOTH)('%s: a file whose content is gone fails its message at once and in plain words', async (messenger) => {
  const chat = await aChat(messenger);
  const { body: file } = await upload(chat.api, aDocument);
  const folder = join(house.server.options.dataDir, 'attachments');
  const kept = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const one of kept) if (one.isFile()) await rm(join(one.parentPath, one.name));
  expect((await chat.api.get(`/v1/attachments/${file.id}`)).body).toMatchObject({ status: 409, code: 'not_stored' });
  await chat.send('Here it is', { attachments: [file.id] });
  await chat.send('Did it come?');
  const messages = await eventually(async () => {
    const found = await chat.later();
    return found.at(-1)?.status === 'sent' && found;
  });
  const carrying = messages.filter(({ attachments }) => attachments.length > 0);
  expect(carrying).toMatchObject([{ status: 'failed', failure: { code: 'file_gone' } }]);
});

it('a message waits for the place of its files, and says so', async () => {
  const chat = await aChat('telegram');
  const { body: file } = await upload(chat.api, aDocument);
  const folder = join(house.server.options.dataDir, 'attachments');
  await rename(folder, `${folder}.away`);
  await chat.send('Here it is', { attachments: [file.id] });
  await eventually(async () => (await chat.later())[0]?.failure?.code === 'file_unreadable');
  expect((await chat.later())[0]).toMatchObject({ status: 'queued' });
  await rename(`${folder}.away`, folder);
  await eventually(async () => (await chat.later())[0]?.status === 'sent', 20_000);
});

it('uploads belong to whoever made them, once', async () => {
  const chat = await aChat('telegram');
  const [mine, other] = [chat.api, house.team.agents[1]!.api];
  const { body: theirs } = await upload(other, aPicture);
  const refused = await chat.send('Not mine', { attachments: [theirs.id] });
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '#/attachments/0' }] } });
  expect((await mine.get(`/v1/attachments/${theirs.id}`)).status).toBe(404);
  expect((await other.get(`/v1/attachments/${theirs.id}`)).status).toBe(200);
  const tooBig = { ...aDocument, bytes: Buffer.alloc(MOST + 1) };
  expect(await upload(mine, tooBig)).toMatchObject({ status: 413, body: { code: 'too_large' } });
  expect(await chat.later()).toEqual([]);
});

it('tokens and signatures are in no answer and in no line of the log', async () => {
  const { admin, channels } = house.team;
  const chats = await all<{ id: string }>(admin, '/v1/chats?filter=all&limit=100');
  const paths = [
    '/v1/channels',
    '/v1/contacts',
    '/v1/messengers',
    ...Object.values(channels).flatMap((id) => [`/v1/channels/${id}`, `/v1/channels/${id}/quarantine`]),
    ...chats.flatMap(({ id }) => [`/v1/chats/${id}`, `/v1/chats/${id}/conversation`]),
  ];
  const answers = await Promise.all(paths.map(async (path) => JSON.stringify((await admin.get(path)).body)));
  expect(answers.join()).toContain('/v1/attachments/');
  const secret = BOT_TOKEN.split(':')[1]!;
  for (const text of [...answers, house.server.output]) expect(text).not.toContain(secret);
  expect(house.server.output).not.toContain(house.simulator.url.replace('http://', '') + '/file');
  const signatures = answers.join().match(/signature=[\w-]+/g)!;
  for (const signature of new Set(signatures)) expect(house.server.output).not.toContain(signature);
  expect(house.server.output).toContain('attachments');
});

it('the file that was sent in is the file on record', async () => {
  const chat = await aChat('telegram');
  const bytes = Buffer.concat([PNG, Buffer.alloc(MOST - PNG.length - 1, 7)]);
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture, bytes });
  const got = await bytesOf(await download(await fileBecomes(chat, 'stored')));
  const digest = (of: Buffer) => createHash('sha256').update(of).digest('hex');
  expect(digest(got)).toBe(digest(bytes));
  const ranged = await download(await fileBecomes(chat, 'stored'), { range: 'bytes=0-7' });
  expect([ranged.status, await bytesOf(ranged)]).toEqual([206, PNG.subarray(0, 8)]);
});
