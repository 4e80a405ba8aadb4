import { isId, newId } from '#database';
import type { Caller } from '#identity';
import { Attachments } from './attachments.js';
import { CleanUp } from './clean-up.js';
import { FetchJob } from './fetch-job.js';
import { type AttachmentsHouse, openAttachmentsHouse } from './testing/attachments-house.js';
import { PNG } from './testing/carrier.js';

let house: AttachmentsHouse;
let agent: Caller & { readonly token: string };

beforeAll(async () => {
  house = await openAttachmentsHouse();
  agent = house.aCaller();
});
afterAll(() => house.close());

async function anUpload(caller = agent): Promise<string> {
  const form = new FormData();
  form.set('file', new File([new Uint8Array(PNG)], 'dot.png'));
  const headers = { authorization: `Bearer ${caller.token}` };
  const answer = await fetch(`${house.url}/v1/attachments`, { method: 'POST', headers, body: form });
  const { id } = (await answer.json()) as { id: string };
  if (!isId(id)) throw new Error(`not uploaded: ${answer.status}`);
  return id;
}

const take = (ids: string[], caller: Caller = agent) =>
  house.database.transaction((tx) => house.get(Attachments).takeUploads(tx, caller, ids));
const attach = (chatId: string, ids: string[]) =>
  house.database.transaction(async (tx) => {
    await house.get(Attachments).takeUploads(tx, agent, ids);
    await house.get(Attachments).attach(tx, chatId, newId(), ids);
  });

function pointersOf(error: unknown): unknown {
  return (error as { pointers: { pointer: string }[] }).pointers.map(({ pointer }) => pointer);
}

test('uploads are taken in the order given, and go out with their content', async () => {
  const ids = [await anUpload(), await anUpload()];
  const taken = await take([...ids].reverse());
  expect(taken).toEqual(
    [...ids].reverse().map((id) => ({ type: 'image', id, name: 'dot.png', mimeType: 'image/png', size: PNG.length })),
  );
  await attach(newId(), ids);
  const files = await house.get(Attachments).files(ids);
  expect(await Promise.all(files.map((file) => file.read()))).toEqual([PNG, PNG]);
});

test('not another’s upload, not one twice, not one that is used, unknown or nonsense', async () => {
  const [mine, used, others] = [await anUpload(), await anUpload(), await anUpload(house.aCaller())];
  await attach(newId(), [used]);
  const given = [mine, others, mine, used, newId(), 'nonsense'];
  const error: unknown = await take(given).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ statusCode: 422 });
  expect(pointersOf(error)).toEqual([1, 2, 3, 4, 5].map((index) => `#/attachments/${index}`));
});

test('an attachment that came from a contact is nobody’s upload', async () => {
  const { id } = await house.expect({}, [agent]);
  await house.get(FetchJob).run({ id });
  await expect(take([id])).rejects.toMatchObject({ statusCode: 422 });
});

test('two messages that take one upload at once: one has it', async () => {
  const id = await anUpload();
  const outcomes = await Promise.allSettled([attach(newId(), [id]), attach(newId(), [id])]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('an upload nobody used within a day is over, and the next clean-up removes it; one in a message stays', async () => {
  const [unused, used] = [await anUpload(), await anUpload()];
  await attach(newId(), [used]);
  const before = (await house.files()).length;
  await house.database.rows(`UPDATE attachments SET expires_at = now() WHERE expires_at IS NOT NULL AND id = $1`, [
    unused,
  ]);
  await expect(take([unused])).rejects.toMatchObject({ statusCode: 422 });
  await house.get(CleanUp).run();
  expect(await house.files()).toHaveLength(before - 1);
  expect([await house.view(unused), (await house.view(used))?.state]).toEqual([undefined, 'stored']);
});

test('a clean-up whose storage is away goes on next time, and promises nothing meanwhile', async () => {
  const id = await anUpload();
  await house.database.transaction((tx) => house.get(Attachments).discard(tx, [id]));
  const remove = house.storage.remove.bind(house.storage);
  house.storage.remove = () => Promise.reject(new Error('away'));
  await expect(house.get(CleanUp).run()).rejects.toThrow('away');
  expect(await house.view(id)).toMatchObject({ state: 'failed', url: null });
  house.storage.remove = remove;
  await house.get(CleanUp).run();
  expect(await house.view(id)).toBeUndefined();
});

test('what nobody fetched for more than a month is given up, and told', async () => {
  const [old, young] = [await house.expect(), await house.expect()];
  await house.database.rows(`UPDATE attachments SET created_at = now() - interval '34 days' WHERE id = $1`, [old.id]);
  await house.get(CleanUp).run();
  expect([(await house.view(old.id))?.state, (await house.view(young.id))?.state]).toEqual(['failed', 'pending']);
  expect(await house.eventsOf(old.id)).toHaveLength(1);
});
