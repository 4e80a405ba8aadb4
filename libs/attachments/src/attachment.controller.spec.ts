import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '#database';
import { NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import type { AttachmentFileDto } from './attachment.dto.js';
import { Attachments } from './attachments.js';
import { FetchJob } from './fetch-job.js';
import { type AttachmentsHouse, openAttachmentsHouse } from './testing/attachments-house.js';
import { PNG } from './testing/carrier.js';

let house: AttachmentsHouse;
let agent: ReturnType<AttachmentsHouse['aCaller']>;

beforeAll(async () => {
  house = await openAttachmentsHouse({ maxBytes: 200_000 });
  agent = house.aCaller();
});
afterAll(() => house.close());

const as = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });

function upload(content: string | Buffer, name = 'dot.png', type = 'image/png', headers: Record<string, string> = {}) {
  const body = new FormData();
  body.set('file', new File([new Uint8Array(Buffer.from(content))], name, { type }));
  return fetch(`${house.url}/v1/attachments`, { method: 'POST', headers: { ...as(agent), ...headers }, body });
}

async function uploaded(...given: Parameters<typeof upload>): Promise<AttachmentFileDto> {
  return (await (await upload(...given)).json()) as AttachmentFileDto;
}

async function open(file: AttachmentFileDto, headers: Record<string, string> = {}) {
  const answer = await fetch(house.url + file.url, { headers });
  return { status: answer.status, headers: answer.headers, content: Buffer.from(await answer.arrayBuffer()) };
}

test('a file that is uploaded can be opened by its link', async () => {
  const file = await uploaded(PNG, 'Übersicht.png');
  expect(file).toMatchObject({ type: 'image', state: 'stored', name: 'Übersicht.png', mimeType: 'image/png' });
  const answer = await open(file);
  expect([answer.status, answer.content]).toEqual([200, PNG]);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/png',
    'content-disposition': `inline; filename="_bersicht.png"; filename*=UTF-8''%C3%9Cbersicht.png`,
    'content-length': String(PNG.length),
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/) as string,
    'cache-control': expect.stringContaining('private') as string,
  });
  expect(await house.files('incoming')).toEqual([]);
});

test.each([
  ['HTML that calls itself a picture', '<html><script>alert(1)</script>', 'a.png', 'image/png'],
  ['SVG', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', 'a.svg', 'image/svg+xml'],
  ['HTML', '<!doctype html>', 'a.html', 'text/html'],
  ['a program', Buffer.from('MZ\x90\0'.padEnd(300, '\0'), 'latin1'), 'a.exe', 'application/pdf'],
])('%s is taken, and only ever downloaded', async (_, content, name, type) => {
  const file = await uploaded(content, name, type);
  expect(file.type).toBe('file');
  const { headers } = await open(file);
  expect(headers.get('content-disposition')).toMatch(/^attachment; /);
  expect(headers.get('content-type')).toBe('application/octet-stream');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('a link holds for one attachment, unchanged, and for a while', async () => {
  const [file, other] = [await uploaded(PNG), await uploaded(PNG)];
  const [, query = ''] = file.url?.split('?') ?? [];
  const later = query.replace(/expires=\d+/, 'expires=9999999999');
  const broken = [`${other.id}?${query}`, `${file.id}?${later}`, `${file.id}?expires=1`, `${file.id}?signature=x`];
  for (const address of [...broken, `${newId()}?${query}`]) {
    const answer = await fetch(`${house.url}/v1/attachments/${address}`, { headers: as(agent) });
    expect([address, answer.status]).toEqual([address, 403]);
  }
});

test('what goes out has a link for a year that ends with its name, for networks that fetch it', async () => {
  const file = await uploaded(PNG, 'Übersicht 1/2.png');
  const chatId = newId();
  await house.database.transaction(async (tx) => {
    await house.get(Attachments).takeUploads(tx, agent, [file.id]);
    await house.get(Attachments).attach(tx, chatId, newId(), [file.id]);
  });
  const [outgoing] = await house.get(Attachments).files([file.id]);
  const link = new URL(outgoing!.link);
  expect(link.origin).toBe('http://127.0.0.1');
  expect(link.pathname).toMatch(/\/2\.png$/);
  const months = (Number(link.searchParams.get('expires')) - Date.now() / 1_000) / 86_400 / 30;
  expect([months > 12, months < 13]).toEqual([true, true]);
  const opened = await fetch(house.url + link.pathname + link.search);
  expect([opened.status, Buffer.from(await opened.arrayBuffer())]).toEqual([200, PNG]);
  expect((await fetch(house.url + link.pathname)).status).toBe(401);
});

test('without a link: whoever may read the chat; the same 404 for all others and for what is not there', async () => {
  const { id } = await house.expect({}, [agent]);
  await house.get(FetchJob).run({ id });
  const mine = await uploaded(PNG);
  const ask = async (asked: string, headers = {}) =>
    (await fetch(`${house.url}/v1/attachments/${asked}`, { headers })).status;
  expect([await ask(id, as(agent)), await ask(mine.id, as(agent))]).toEqual([200, 200]);
  const stranger = as(house.aCaller('supervisor'));
  expect([await ask(id, stranger), await ask(mine.id, stranger), await ask(newId(), stranger)]).toEqual([
    404, 404, 404,
  ]);
  expect([await ask('nonsense', stranger), await ask(id), await ask(id, as({ token: 'forged' }))]).toEqual([
    404, 401, 401,
  ]);
});

test('content that has not arrived answers 409', async () => {
  const { id } = await house.expect({}, [agent]);
  expect((await fetch(`${house.url}/v1/attachments/${id}`, { headers: as(agent) })).status).toBe(409);
});

test('parts are given for players that seek; unchanged content is not sent again', async () => {
  const file = await uploaded(Buffer.concat([PNG, Buffer.alloc(100_000, 7)]));
  const answer = await open(file, { range: 'bytes=99000-' });
  expect([answer.status, answer.content.length]).toEqual([206, PNG.length + 1_000]);
  expect(answer.headers.get('content-range')).toBe(`bytes 99000-${PNG.length + 99_999}/${PNG.length + 100_000}`);
  expect((await open(file, { range: 'bytes=999999-' })).status).toBe(416);
  const etag = answer.headers.get('etag') ?? '';
  expect((await open(file, { 'if-none-match': etag })).status).toBe(304);
  expect((await open(file, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
  const head = await fetch(house.url + file.url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(PNG.length + 100_000)]);
});

test('too large: 413, and nothing of it stays', async () => {
  const before = await house.files();
  expect((await upload(Buffer.alloc(200_001))).status).toBe(413);
  expect((await upload(Buffer.alloc(200_000))).status).toBe(201);
  expect(await house.files()).toHaveLength(before.length + 1);
  expect(await house.files('incoming')).toEqual([]);
});

test('an upload that breaks off leaves nothing', async () => {
  const before = await house.files();
  const gone = new AbortController();
  const body = new ReadableStream({
    start: (stream) =>
      stream.enqueue(Buffer.from('--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nx')),
    pull: () => gone.abort(),
  });
  const headers = { ...as(agent), 'content-type': 'multipart/form-data; boundary=b' };
  const sent = fetch(`${house.url}/v1/attachments`, {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
    signal: gone.signal,
  });
  await expect(sent).rejects.toThrow();
  for (let look = 0; look < 100 && (await house.files('incoming')).length > 0; look++) await sleep(20);
  expect(await house.files('incoming')).toEqual([]);
  expect(await house.files()).toEqual(before);
});

test('one file and nothing else', async () => {
  const send = async (body: FormData | string, headers: Record<string, string> = {}) =>
    (await fetch(`${house.url}/v1/attachments`, { method: 'POST', headers: { ...as(agent), ...headers }, body }))
      .status;
  const [two, field, none, empty] = [new FormData(), new FormData(), new FormData(), new FormData()];
  two.append('file', new File(['a'], 'a'));
  two.append('file', new File(['b'], 'b'));
  field.set('name', 'value');
  empty.set('file', new File([], 'a'));
  expect([await send(two), await send(field), await send(none), await send(empty)]).toEqual([422, 422, 422, 422]);
  expect(await send('{}', { 'content-type': 'application/json' })).toBe(415);
  expect(await house.files('incoming')).toEqual([]);
});

const UNREADABLE = 'This is no whole multipart/form-data body: its boundary, a part or its end is missing.';

test.each([
  ['whose boundary is not told', 'multipart/form-data', 'junk'],
  ['without a part', 'multipart/form-data; boundary=b', 'junk'],
  [
    'that was cut off',
    'multipart/form-data; boundary=b',
    '--b\r\ncontent-disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhel',
  ],
])('a body %s is the mistake of whoever sent it', async (_, type, body) => {
  const headers = { ...as(agent), 'content-type': type };
  const answer = await fetch(`${house.url}/v1/attachments`, { method: 'POST', headers, body });
  expect([answer.status, await answer.json()]).toMatchObject([400, { message: UNREADABLE }]);
  expect(await house.files('incoming')).toEqual([]);
});

test('the same Idempotency-Key is the same upload; with another file it is refused', async () => {
  const key = { 'idempotency-key': newId() };
  const files = await Promise.all([1, 2, 3].map(() => uploaded(PNG, 'dot.png', 'image/png', key)));
  expect(new Set(files.map(({ id }) => id)).size).toBe(1);
  expect((await open(files[2] as AttachmentFileDto)).status).toBe(200);
  expect((await upload('other', 'dot.png', 'image/png', key)).status).toBe(422);
});

test.each([
  ['on a full disk', Object.assign(new Error('no space left'), { code: 'ENOSPC' })],
  ['while the store is away', new NotAskedError('ECONNREFUSED', 'Could not reach the store')],
  ['where the store does not answer', new OutcomeUnknownError('ETIMEDOUT', 'No answer from the store')],
])('%s an upload is to be sent again, and the same key completes it', async (_, error) => {
  const key = { 'idempotency-key': newId() };
  const put = house.storage.put.bind(house.storage);
  house.storage.put = () => Promise.reject(error);
  expect((await upload(PNG, 'dot.png', 'image/png', key)).status).toBe(503);
  house.storage.put = put;
  expect((await open(await uploaded(PNG, 'dot.png', 'image/png', key))).content).toEqual(PNG);
});

test('killed before the content was kept: the repeated request completes it', async () => {
  const key = { 'idempotency-key': newId() };
  const put = house.storage.put.bind(house.storage);
  house.storage.put = () => Promise.reject(new Error('killed'));
  expect((await upload(PNG, 'dot.png', 'image/png', key)).status).toBe(500);
  house.storage.put = put;
  const file = await uploaded(PNG, 'dot.png', 'image/png', key);
  expect((await open(file)).content).toEqual(PNG);
});
