import { randomBytes } from 'node:crypto';
import { KeyRing, openTestDatabase, type TestDatabase } from '#database';
import { CallerRepository } from '../access/caller.repository.js';
import { Callers } from '../access/callers.js';
import type { Role } from '../access/role.js';
import { AccessTokens } from '../session/access-tokens.js';
import { FirstAdmin } from './first-admin.js';
import { Passwords } from './passwords.js';
import { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { Users } from './users.js';

let house: TestDatabase;
let users: Users;
let count = 0;

beforeAll(async () => {
  house = await openTestDatabase([UserEntity]);
  const tokens = new AccessTokens(new KeyRing([randomBytes(32).toString('base64')]));
  const callers = new Callers(tokens, new CallerRepository(house.database));
  users = new Users(
    house.database,
    new UserRepository(house.dataSource.getRepository(UserEntity)),
    new Passwords(),
    callers,
  );
});
afterAll(() => house.close());
beforeEach(() => house.database.rows(`DELETE FROM users`));

async function aUser(role: Role, email = `user${count++}@example.com`) {
  const insert = await users.prepare({ email, name: `User ${count}`, role, password: 'correct horse battery' });
  return house.database.transaction(insert);
}

it('never shows a password, not even hashed', async () => {
  const user = await aUser('agent');
  const seen = JSON.stringify([user, await users.get(user.id), await users.list(undefined, 10)]);
  expect(seen).not.toMatch(/password|argon/);
});

it('takes an e-mail once, whatever its case', async () => {
  await aUser('agent', 'ada@example.com');
  await expect(aUser('agent', 'ADA@example.com')).rejects.toMatchObject({ statusCode: 409, code: 'email_taken' });
});

it('knows names by id and leaves out who does not exist', async () => {
  const user = await aUser('agent');
  const names = await users.names([user.id, '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa']);
  expect([...names]).toEqual([[user.id, user.name]]);
});

it('keeps the last active admin', async () => {
  const [admin, other] = [await aUser('admin'), await aUser('admin')];
  await users.update(other.id, { active: false });
  const last = { statusCode: 409, code: 'last_admin' };
  await expect(users.update(admin.id, { active: false })).rejects.toMatchObject(last);
  await expect(users.update(admin.id, { role: 'agent' })).rejects.toMatchObject(last);
  expect(await users.update(admin.id, { name: 'Still here' })).toMatchObject({ name: 'Still here', role: 'admin' });
});

it('keeps one of two admins who remove each other at once', async () => {
  for (let round = 0; round < 10; round++) {
    await house.database.rows(`DELETE FROM users`);
    const [one, two] = [await aUser('admin'), await aUser('admin')];
    const results = await Promise.allSettled([
      users.update(one.id, { active: false }),
      users.update(two.id, { role: 'agent' }),
    ]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  }
});

it('changes nobody who does not exist', async () => {
  await expect(users.update('019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa', { name: 'x' })).rejects.toMatchObject({
    statusCode: 404,
  });
});

it('makes one first admin on five nodes at once, and none later', async () => {
  const nodes = Array.from({ length: 5 }, () => new FirstAdmin(house.database, new Passwords()));
  const made = await Promise.all(nodes.map((node) => node.ensure({ email: 'admin@localhost' })));
  const signIns = made.filter((signIn) => signIn !== undefined);
  expect(signIns).toHaveLength(1);
  expect(signIns[0]?.generatedPassword?.length).toBeGreaterThanOrEqual(20);
  expect(await users.list(undefined, 10)).toMatchObject([{ email: 'admin@localhost', role: 'admin' }]);
  expect(await nodes[0]?.ensure({ email: 'admin@localhost' })).toBeUndefined();
});
