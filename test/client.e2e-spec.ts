import { decodeJwt, SignJWT } from 'jose';
import { KeyRing } from '#database';
import { isEvent, ParleyClient, ProblemError } from '../libs/client/src/index.js';
import type { EventFeed, FeedEvent, Tokens } from '../libs/client/src/index.js';
import { aCustomer, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';

/** Real: the built server, PostgreSQL, sockets, the published client. Simulated: the messengers. */
const KEY = Buffer.alloc(32, 'k').toString('base64');
const EMAIL = 'agent0@example.com';
const PASSWORD = 'a long password of agent 0';
let house: House;

beforeAll(async () => {
  house = await openDesk({ env: { PARLEY_ENCRYPTION_KEYS: KEY } });
}, 120_000);
afterAll(() => house?.close());

/** The agent, and every pair of tokens the client came to have. */
async function signedIn(): Promise<{ client: ParleyClient; kept: (Tokens | undefined)[] }> {
  const kept: (Tokens | undefined)[] = [];
  const client = new ParleyClient({ url: house.server.url, onTokens: (tokens) => void kept.push(tokens) });
  await client.signIn(EMAIL, PASSWORD);
  return { client, kept };
}

/** The same token a quarter of an hour later: its claims, out of date, under the server's own signature. */
function outOfDate(token: string): Promise<string> {
  const now = Math.floor(Date.now() / 1_000);
  return new SignJWT({ ...decodeJwt(token), iat: now - 1_000, exp: now - 100 })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
    .sign(new KeyRing([KEY]).derive('access-tokens'));
}

/** The agent comes back with tokens of which the first has run out. */
async function backLater(): Promise<{ client: ParleyClient; kept: (Tokens | undefined)[]; old: Tokens }> {
  const kept: (Tokens | undefined)[] = [];
  const old = (await signedIn()).kept[0]!;
  const client = new ParleyClient({
    url: house.server.url,
    token: await outOfDate(old.accessToken),
    refreshToken: old.refreshToken,
    onTokens: (tokens) => void kept.push(tokens),
  });
  return { client, kept, old };
}

/** Signed in before. */
function aClient(): ParleyClient {
  const token = house.team.agents[0]!.api.authorization.authorization!.replace('Bearer ', '');
  return new ParleyClient({ url: house.server.url, token });
}

function waitingChat(client: ParleyClient, preview: string) {
  const look = async () => {
    const { data } = await client.get('/v1/chats', { params: { query: { filter: 'waiting' } } });
    return data.find(({ lastMessage }) => lastMessage?.preview === preview);
  };
  return eventually(look, 10_000, `“${preview}”`);
}

async function listening(client: ParleyClient): Promise<{ feed: EventFeed; heard: FeedEvent[] }> {
  const heard: FeedEvent[] = [];
  let isStarted = false;
  const feed = client.events({ onStart: () => void (isStarted = true), onEvent: (event) => void heard.push(event) });
  await eventually(() => isStarted, 20_000, 'the stream to begin');
  return { feed, heard };
}

it('an agent signs in, finds a chat, accepts, reads, answers and closes it; the stream tells all of it', async () => {
  const { client } = await signedIn();
  const { feed, heard } = await listening(client);
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Is the lamp in stock?' });
  const { id: chatId } = await waitingChat(client, 'Is the lamp in stock?');
  const params = { path: { chatId } };

  expect((await client.post('/v1/chats/{chatId}/accept', { params })).agent).toMatchObject({ name: 'Agent 0' });
  const { data: said } = await client.get('/v1/chats/{chatId}/messages', { params });
  expect(said.map(({ text }) => text)).toContain('Is the lamp in stock?');
  await client.post('/v1/chats/{chatId}/read', { params, body: { upToSeq: said.at(-1)!.seq } });
  const { messages } = await client.post('/v1/chats/{chatId}/messages', { params, body: { text: 'Three of them.' } });
  expect(messages).toHaveLength(1);
  await client.post('/v1/chats/{chatId}/close', { params });

  const types = () => heard.filter((event) => event.chatId === chatId).map(({ type }) => type);
  await eventually(() => types().includes('chat.closed'), 20_000, 'the end of the chat');
  feed.close();
  expect(types()).toEqual(
    expect.arrayContaining(['chat.opened', 'message.received', 'chat.accepted', 'message.queued']),
  );
});

it('a key given with a send makes repeating it harmless', async () => {
  const { client } = await signedIn();
  house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text: 'Twice?' });
  const { id: chatId } = await waitingChat(client, 'Twice?');
  await client.post('/v1/chats/{chatId}/accept', { params: { path: { chatId } } });
  const send = (key?: string) =>
    client.post('/v1/chats/{chatId}/messages', {
      params: { path: { chatId }, header: key === undefined ? {} : { 'Idempotency-Key': key } },
      body: { text: 'Once.' },
    });
  const [first, again, other] = [await send('one'), await send('one'), await send()];
  expect(again).toEqual(first);
  expect(other.messages[0]!.id).not.toBe(first.messages[0]!.id);
});

it('an access token that ran out is refreshed behind the caller’s back, once for all calls at once', async () => {
  const { client, kept, old } = await backLater();
  const { fetch: real } = globalThis;
  const refreshes: unknown[] = [];
  globalThis.fetch = (input, init) => {
    if (typeof input === 'string' && input.endsWith('/refresh')) refreshes.push(input);
    return real(input, init);
  };
  const calls = Array.from({ length: 5 }, async () => (await client.get('/v1/me')).email);
  const names = await Promise.all(calls).finally(() => (globalThis.fetch = real));
  expect(refreshes).toHaveLength(1);
  expect(names).toEqual(Array.from({ length: 5 }, () => EMAIL));
  expect(kept).toHaveLength(1);
  expect(kept[0]!.refreshToken).not.toBe(old.refreshToken);
});

it('a body is sent again behind a refresh', async () => {
  const { client } = await backLater();
  expect(await client.put('/v1/me/state', { body: { state: 'active' } })).toMatchObject({ state: 'active' });
});

it('the stream begins with a token that ran out', async () => {
  const { client, kept } = await backLater();
  const { feed } = await listening(client);
  feed.close();
  expect(kept).toHaveLength(1);
});

it('a session that is over refuses, and is forgotten', async () => {
  const { client, kept, old } = await backLater();
  await new ParleyClient({ url: house.server.url, token: old.accessToken }).signOut();
  await expect(client.get('/v1/me')).rejects.toMatchObject({ name: 'ProblemError', status: 401 });
  expect(kept).toEqual([undefined]);
});

it('a refused call is a ProblemError that says what is wrong where', async () => {
  const { client } = await signedIn();
  const chatId = '019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa';
  const lost: unknown = await client
    .get('/v1/chats/{chatId}', { params: { path: { chatId } } })
    .catch((e: unknown) => e);
  expect(lost).toBeInstanceOf(ProblemError);
  expect(lost).toMatchObject({ status: 404, code: 'not_found', requestId: expect.any(String) as unknown });
  const wrong = client.put('/v1/me/state', { body: { state: '' } });
  await expect(wrong).rejects.toMatchObject({ errors: [{ pointer: '#/state' }] });
  await expect(client.signIn(EMAIL, 'not the password')).rejects.toBeInstanceOf(ProblemError);
});

it('a refused call tells also what only its kind of problem has', async () => {
  const client = aClient();
  const after = Buffer.from(JSON.stringify(['x', '1', '1'])).toString('base64url');
  const lost = client.get('/v1/events', { params: { query: { after } } });
  await expect(lost).rejects.toMatchObject({
    code: 'resync_required',
    problem: { code: 'resync_required', cursor: expect.any(String) as unknown },
  });
});

it('a feed that shall go on from what is no place reads the lists, and goes on', async () => {
  const client = aClient();
  let starts = 0;
  const feed = client.events({ after: 'cut off', onStart: () => void starts++, onEvent: () => undefined });
  await eventually(() => starts === 1, 10_000, 'the feed to begin').finally(() => feed.close());
});

it('what a listener throws is told, and the feed goes on with the next event', async () => {
  const previews: string[] = [];
  const told: unknown[] = [];
  let starts = 0;
  const feed = aClient().events({
    onStart: () => {
      if (++starts === 1) throw new TypeError('no list');
    },
    onEvent: (event) => {
      if (!isEvent(event, 'message.received')) return;
      previews.push(event.data.preview);
      if (event.data.preview === 'One') throw new RangeError('no place');
    },
    onError: (error) => void told.push((error as Error).message),
  });
  await eventually(() => starts === 2, 20_000, 'the lists to be asked for again');
  for (const text of ['One', 'Two']) {
    house.simulator.customerWrites({ ...aCustomer(house, 'telegram'), text });
    await eventually(() => previews.includes(text), 20_000, `“${text}”`);
  }
  feed.close();
  expect(told).toEqual(['no list', 'no place']);
});
