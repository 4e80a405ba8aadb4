import { newId, openTestDatabase, type TestDatabase } from '#database';
import type { Caller } from '../access/caller.js';
import { noteCallerOfRequest, withinRequest } from '../access/request-context.js';
import { audit, type Audited } from './audit.js';
import { AuditEntries } from './audit-entries.js';
import { AuditRepository } from './audit.repository.js';

let house: TestDatabase;
let entries: AuditEntries;
const ada: Caller = { kind: 'user', id: newId(), role: 'admin', name: 'Ada' };

beforeAll(async () => {
  house = await openTestDatabase();
  entries = new AuditEntries(new AuditRepository(house.database));
});
afterAll(() => house.close());

const write = (entry: Audited) => house.database.transaction((tx) => audit(tx, entry));
const of = async (subjectId: string) => (await entries.page({ subjectId, limit: 10 })).data;

/** As in a request of this caller. */
function by<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
  return withinRequest('request-1', async () => {
    noteCallerOfRequest(caller);
    return work();
  });
}

it('says who did it, in which request, and what was there afterwards', async () => {
  const id = newId();
  await by(ada, () => write({ action: 'queue.created', subjectId: id, after: { id, name: 'Support' } }));
  expect(await of(id)).toMatchObject([
    {
      at: expect.any(Date) as Date,
      actor: { kind: 'user', id: ada.id, name: 'Ada' },
      requestId: 'request-1',
      action: 'queue.created',
      subject: { kind: 'queue', id },
      before: null,
      after: { id, name: 'Support' },
    },
  ]);
});

it('keeps of a change what differs, and nothing when nothing does', async () => {
  const id = newId();
  const before = { id, name: 'Support', limit: 5, updatedAt: new Date(1) };
  await write({ action: 'queue.updated', subjectId: id, before, after: { ...before, updatedAt: new Date(2) } });
  expect(await of(id)).toEqual([]);
  await write({ action: 'queue.updated', subjectId: id, before, after: { ...before, limit: 7 } });
  expect(await of(id)).toMatchObject([{ before: { limit: 5 }, after: { limit: 7 } }]);
});

it('knows two requests at once apart, and what nobody asked for', async () => {
  const id = newId();
  const bob: Caller = { ...ada, kind: 'key', id: newId(), name: 'Bob' };
  const one = (caller: Caller) => by(caller, () => write({ action: 'chat.closed', subjectId: id }));
  await Promise.all([one(ada), one(bob), write({ action: 'chat.closed', subjectId: id })]);
  const actors = (await of(id)).map(({ actor }) => actor);
  expect(actors).toHaveLength(3);
  expect(actors).toEqual(
    expect.arrayContaining([
      { kind: 'user', id: ada.id, name: 'Ada' },
      { kind: 'key', id: bob.id, name: 'Bob' },
      { kind: 'system', id: null, name: null },
    ]),
  );
});

it('is gone with the change that was rolled back', async () => {
  const id = newId();
  const failing = house.database.transaction(async (tx) => {
    await audit(tx, { action: 'queue.deleted', subjectId: id });
    throw new Error('the change failed');
  });
  await expect(failing).rejects.toThrow('the change failed');
  expect(await of(id)).toEqual([]);
});

it.each([`UPDATE audit_entries SET action = 'x'`, 'DELETE FROM audit_entries', 'TRUNCATE audit_entries'])(
  'refuses %s',
  async (statement) => {
    await write({ action: 'user.created', subjectId: newId() });
    await expect(house.database.rows(statement)).rejects.toThrow('never changed');
  },
);

it('finds by actor, by action or its beginning, and by time, page by page', async () => {
  const [actor, subjectId] = [{ ...ada, id: newId() }, newId()];
  const began = new Date().toISOString();
  for (const action of ['tag.created', 'tag.updated', 'tagging.started'] as const) {
    await by(actor, () => write({ action, subjectId }));
  }
  const actions = async (filter: object) =>
    (await entries.page({ actorId: actor.id, limit: 10, ...filter })).data.map(({ action }) => action);
  expect(await actions({})).toEqual(['tagging.started', 'tag.updated', 'tag.created']);
  expect(await actions({ action: 'tag.' })).toEqual(['tag.updated', 'tag.created']);
  expect(await actions({ action: 'tag.created' })).toEqual(['tag.created']);
  expect(await actions({ to: began })).toEqual([]);
  expect(await actions({ from: began })).toHaveLength(3);
  const first = await entries.page({ subjectId, limit: 2 });
  expect(first.data.map(({ action }) => action)).toEqual(['tagging.started', 'tag.updated']);
  const rest = await entries.page({ subjectId, limit: 2, cursor: first.page.next! });
  expect(rest).toMatchObject({ data: [{ action: 'tag.created' }], page: { next: null } });
});
