import { randomBytes } from 'node:crypto';
import { KeyRing, newId, openTestDatabase, type TestDatabase } from '#database';
import { CallerRepository } from '../access/caller.repository.js';
import { Callers } from '../access/callers.js';
import { Passwords } from '../user/passwords.js';
import { UserEntity } from '../user/user.entity.js';
import { UserRepository } from '../user/user.repository.js';
import { Users } from '../user/users.js';
import { AccessTokens } from './access-tokens.js';
import { RefreshTokens } from './refresh-tokens.js';
import { Sessions } from './sessions.js';
import { SignOut } from './sign-out.js';

const PASSWORD = 'correct horse battery';
const keyRing = new KeyRing([randomBytes(32).toString('base64')]);

let house: TestDatabase;
let node: ReturnType<typeof aNode>;

beforeAll(async () => {
  house = await openTestDatabase([UserEntity]);
  node = aNode();
});
afterAll(() => house.close());

/** What one server has in memory; the database is shared. */
function aNode(passwords = new Passwords()) {
  const tokens = new AccessTokens(keyRing);
  const callers = new Callers(tokens, new CallerRepository(house.database));
  const repository = new UserRepository(house.dataSource.getRepository(UserEntity));
  const users = new Users(house.database, repository, passwords, callers);
  const sessions = new Sessions(house.database, repository, passwords, tokens, new RefreshTokens(keyRing), callers);
  return { callers, users, sessions, signOut: new SignOut(house.database, callers) };
}

async function aUser(role: 'admin' | 'agent' = 'agent') {
  const email = `${newId()}@Example.com`;
  const insert = await node.users.prepare({ email, name: 'Ada', role, password: PASSWORD });
  return house.database.transaction(insert);
}

/** As if the tokens had been used this long ago. */
async function later(seconds: number): Promise<void> {
  await house.database.rows(`UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $1)`, [seconds]);
}

it('signs in whatever the case of the e-mail, and tells who calls', async () => {
  const user = await aUser();
  const { accessToken, expiresIn } = await node.sessions.signIn(user.email.toUpperCase(), PASSWORD);
  expect(expiresIn).toBe(900);
  expect(await node.callers.of(accessToken)).toMatchObject({ kind: 'user', id: user.id, role: 'agent', name: 'Ada' });
});

it('answers the same to an unknown e-mail, a wrong password and an inactive user', async () => {
  const [user, inactive] = [await aUser(), await aUser()];
  await node.users.update(inactive.id, { active: false });
  const wrong = { statusCode: 401, code: 'wrong_credentials' };
  await expect(node.sessions.signIn('nobody@example.com', PASSWORD)).rejects.toMatchObject(wrong);
  await expect(node.sessions.signIn(user.email, 'something else')).rejects.toMatchObject(wrong);
  await expect(node.sessions.signIn(inactive.email, PASSWORD)).rejects.toMatchObject(wrong);
});

it('rotates: each refresh token works once and gives the next', async () => {
  const user = await aUser();
  const first = await node.sessions.signIn(user.email, PASSWORD);
  const second = await node.sessions.refresh(first.refreshToken);
  const third = await node.sessions.refresh(second.refreshToken);
  expect(new Set([first.refreshToken, second.refreshToken, third.refreshToken]).size).toBe(3);
  expect(await node.callers.of(third.accessToken)).toMatchObject({ id: user.id });
});

it('takes a token used before for stolen and ends the session', async () => {
  const { refreshToken } = await node.sessions.signIn((await aUser()).email, PASSWORD);
  const next = await node.sessions.refresh(refreshToken);
  await later(60);
  await expect(node.sessions.refresh(refreshToken)).rejects.toMatchObject({ code: 'refresh_token_reused' });
  await expect(node.sessions.refresh(next.refreshToken)).rejects.toMatchObject({ code: 'invalid_refresh_token' });
  expect(await node.callers.of(next.accessToken)).toBeUndefined();
});

it('takes a token for stolen at once when its successor was used', async () => {
  const { refreshToken } = await node.sessions.signIn((await aUser()).email, PASSWORD);
  const next = await node.sessions.refresh(refreshToken);
  await node.sessions.refresh(next.refreshToken);
  await expect(node.sessions.refresh(refreshToken)).rejects.toMatchObject({ code: 'refresh_token_reused' });
});

it('gives simultaneous refreshes of one token the same next one', async () => {
  const nodes = [aNode(), aNode()];
  let { refreshToken } = await node.sessions.signIn((await aUser()).email, PASSWORD);
  for (let round = 0; round < 20; round++) {
    const token = refreshToken;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => (nodes[i % 2] ?? node).sessions.refresh(token)),
    );
    expect(new Set(answers.map((answer) => answer.refreshToken)).size).toBe(1);
    refreshToken = answers[0]?.refreshToken ?? '';
  }
});

it('knows no made-up refresh token', async () => {
  await expect(node.sessions.refresh('x'.repeat(43))).rejects.toMatchObject({ code: 'invalid_refresh_token' });
});

it('signing out ends the session, here at once, elsewhere within seconds', async () => {
  const user = await aUser();
  const { accessToken, refreshToken } = await node.sessions.signIn(user.email, PASSWORD);
  const caller = await node.callers.of(accessToken);
  await node.signOut.signOut(caller?.sessionId ?? '');
  expect(await node.callers.of(accessToken)).toBeUndefined();
  expect(await aNode().callers.of(accessToken)).toBeUndefined();
  await expect(node.sessions.refresh(refreshToken)).rejects.toMatchObject({ statusCode: 401 });
});

it('deactivating ends all sessions', async () => {
  const user = await aUser();
  const { accessToken, refreshToken } = await node.sessions.signIn(user.email, PASSWORD);
  expect(await node.callers.of(accessToken)).toBeDefined();
  await node.users.update(user.id, { active: false });
  expect(await node.callers.of(accessToken)).toBeUndefined();
  await expect(node.sessions.refresh(refreshToken)).rejects.toMatchObject({ statusCode: 401 });
});

it('a new password ends the other sessions only', async () => {
  const user = await aUser();
  const [mine, other] = [
    await node.sessions.signIn(user.email, PASSWORD),
    await node.sessions.signIn(user.email, PASSWORD),
  ];
  const sessionId = (await node.callers.of(mine.accessToken))?.sessionId;
  await expect(node.users.changePassword(user.id, 'wrong', 'four other words', sessionId)).rejects.toMatchObject({
    code: 'wrong_password',
  });
  await node.users.changePassword(user.id, PASSWORD, 'four other words', sessionId);
  expect(await node.callers.of(mine.accessToken)).toBeDefined();
  expect(await node.callers.of(other.accessToken)).toBeUndefined();
  await node.sessions.signIn(user.email, 'four other words');
});

/** Something happens to the user between the moment their password was found right and what follows from that. */
function aNodeWhere(meanwhile: () => Promise<unknown>) {
  class Interrupted extends Passwords {
    override async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
      const right = await super.matches(password, passwordHash);
      await meanwhile();
      return right;
    }
  }
  return aNode(new Interrupted());
}

it('opens no session with a password that was changed while it was being checked', async () => {
  const user = await aUser();
  const { sessions } = aNodeWhere(() => node.users.setPassword(user.id, 'four other words'));
  await expect(sessions.signIn(user.email, PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
});

it('opens no session that would wait for a user who was deactivated while the password was being checked', async () => {
  const user = await aUser();
  const { sessions } = aNodeWhere(() => node.users.update(user.id, { active: false }));
  await expect(sessions.signIn(user.email, PASSWORD)).rejects.toMatchObject({ code: 'wrong_credentials' });
});

it('does not put a password in place of one that was set while the old one was being checked', async () => {
  const user = await aUser();
  const { users } = aNodeWhere(() => node.users.setPassword(user.id, 'four other words'));
  await expect(users.changePassword(user.id, PASSWORD, 'of the thief alone')).rejects.toMatchObject({
    code: 'wrong_password',
  });
  await node.sessions.signIn(user.email, 'four other words');
});

it('trusts no token but ours: other key, no signature, other algorithm, too old', async () => {
  const user = await aUser();
  const { accessToken } = await node.sessions.signIn(user.email, PASSWORD);
  const [header = '', payload = ''] = accessToken.split('.');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  const stranger = new AccessTokens(new KeyRing([randomBytes(32).toString('base64')]));
  const forged = await stranger.issue({ id: newId(), userId: user.id });
  for (const token of [forged, `${none}.${payload}.`, `${header}.${payload}.`, `${header}.${payload}`, 'x']) {
    expect(await node.callers.of(token)).toBeUndefined();
  }
});

it('drops sessions that ended long ago, and no others', async () => {
  const user = await aUser();
  const [old, fresh] = [
    await node.sessions.signIn(user.email, PASSWORD),
    await node.sessions.signIn(user.email, PASSWORD),
  ];
  const sessionId = (await node.callers.of(old.accessToken))?.sessionId ?? '';
  await node.signOut.signOut(sessionId);
  await house.database.rows(`UPDATE sessions SET revoked_at = now() - interval '31 days' WHERE id = $1`, [sessionId]);
  await node.sessions.forgetEnded();
  expect(await house.database.rows(`SELECT 1 FROM sessions WHERE id = $1`, [sessionId])).toEqual([]);
  expect(await node.callers.of(fresh.accessToken)).toBeDefined();
});
