import { randomBytes } from 'node:crypto';
import { Idempotency } from '#api-kit';
import { KeyRing, openTestDatabase, type TestDatabase } from '#database';
import { CallerRepository } from '../access/caller.repository.js';
import type { Caller } from '../access/caller.js';
import { Callers } from '../access/callers.js';
import type { Role } from '../access/role.js';
import { AccessTokens } from '../session/access-tokens.js';
import { Passwords } from '../user/passwords.js';
import { UserEntity } from '../user/user.entity.js';
import { UserRepository } from '../user/user.repository.js';
import { Users, type User } from '../user/users.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { ApiKeys } from './api-keys.js';

// Real: PostgreSQL. The calls come from no request.

let house: TestDatabase;
let users: Users;
let keys: ApiKeys;
let callers: Callers;

beforeAll(async () => {
  house = await openTestDatabase([UserEntity, ApiKeyEntity]);
  const ring = new KeyRing([randomBytes(32).toString('base64')]);
  callers = new Callers(new AccessTokens(ring), new CallerRepository(house.database));
  const repository = new UserRepository(house.dataSource.getRepository(UserEntity));
  users = new Users(house.database, repository, new Passwords(), callers);
  const stored = house.dataSource.getRepository(ApiKeyEntity);
  keys = new ApiKeys(house.database, stored, repository, new Idempotency(house.database, ring), callers);
});
afterAll(() => house.close());
beforeEach(async () => {
  await house.database.rows(`DELETE FROM api_keys`);
  await house.database.rows(`DELETE FROM users`);
  await anAdmin('Ada');
});

async function anAdmin(name: string): Promise<User> {
  const user = { email: `${name}@example.com`, name, role: 'admin' as const, password: 'correct horse battery' };
  return house.database.transaction(await users.prepare(user));
}

const asUser = ({ id, name, role }: User): Caller => ({ kind: 'user', id, name, role });
const asKey = ({ id, name }: { id: string; name: string }): Caller => ({ kind: 'key', id, name, role: 'admin' });
const aKey = (caller: Caller, name: string, role: Role = 'admin') => keys.create({ name, role }, caller, undefined);
const allKeys = async () => (await keys.page({ limit: 50 })).data;
const lastEntry = () => house.database.row(`SELECT action, after FROM audit_entries ORDER BY id DESC LIMIT 1`);

it('works on when its maker leaves, and says that they are gone', async () => {
  const bob = await anAdmin('Bob');
  const { secret } = await aKey(asUser(bob), 'CRM');
  expect(await allKeys()).toMatchObject([{ createdBy: { id: bob.id, name: 'Bob', role: 'admin', active: true } }]);
  await users.update(bob.id, { role: 'agent' });
  expect(await lastEntry()).toEqual({ action: 'user.updated', after: { role: 'agent', workingApiKeys: 1 } });
  await users.update(bob.id, { active: false });
  expect(await lastEntry()).toEqual({ action: 'user.deactivated', after: { active: false, workingApiKeys: 1 } });
  expect(await allKeys()).toMatchObject([{ createdBy: { id: bob.id, role: 'agent', active: false }, revokedAt: null }]);
  expect(await callers.of(secret)).toMatchObject({ kind: 'key', name: 'CRM' });
});

it('is revoked with all others of its maker, those included that were made by them', async () => {
  const [bob, cid] = [await anAdmin('Bob'), await anAdmin('Cid')];
  const first = await aKey(asUser(bob), 'First');
  const second = await aKey(asKey(first), 'Second');
  const other = await aKey(asUser(cid), 'Other');
  expect(second.createdBy).toMatchObject({ name: 'Bob' });
  await keys.revokeAllOf(bob.id);
  await keys.revokeAllOf(bob.id);
  const standing = (await allKeys()).filter(({ revokedAt }) => revokedAt === null);
  expect(standing.map(({ id }) => id)).toEqual([other.id]);
  expect(await callers.of(second.secret)).toBeUndefined();
  const told = `SELECT subject_id AS id FROM audit_entries WHERE action = 'api_key.revoked' AND subject_id = ANY ($1::uuid[])`;
  expect(await house.database.rows(told, [[first.id, second.id, other.id]])).toHaveLength(2);
  const nobody = '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa';
  await expect(keys.revokeAllOf(nobody)).rejects.toMatchObject({ statusCode: 404 });
});

it('is not made any more by a key or a user that has just lost the right to', async () => {
  const bob = await anAdmin('Bob');
  const key = await aKey(asUser(bob), 'First');
  await keys.revokeAllOf(bob.id);
  await users.update(bob.id, { active: false });
  const refused = { statusCode: 401 };
  await expect(aKey(asUser(bob), 'Late')).rejects.toMatchObject(refused);
  await expect(aKey(asKey(key), 'Late')).rejects.toMatchObject(refused);
});

it('does not escape while it is being made', async () => {
  const bob = await anAdmin('Bob');
  for (let round = 0; round < 20; round++) {
    const key = await aKey(asUser(bob), 'First');
    const makers = Array.from({ length: 3 }, () => aKey(asKey(key), 'Offspring'));
    await Promise.allSettled([...makers.slice(0, 2), keys.revokeAllOf(bob.id), ...makers.slice(2)]);
    expect((await allKeys()).filter(({ revokedAt }) => revokedAt === null)).toEqual([]);
  }
});
