import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { anOpenChat, aCustomer } from './support/desk.js';
import { type ApiDocument, type Operation, operationsIn } from './support/api-document.js';
import { callersOf, type Person } from './support/callers.js';
import { type House, openHouse } from './support/house.js';
import { closeRawConnections, rawRequest, type RawAnswer } from './support/raw-request.js';
import { messagesOf } from './support/views.js';

/**
 * Every operation of the committed document against every kind of caller. Real: the built server, PostgreSQL, sockets.
 * Nothing is carried out: ids name nothing, and bodies without an id in the address are not acceptable.
 */
const document = JSON.parse(readFileSync('docs/api/openapi.json', 'utf8')) as ApiDocument;
const operations = operationsIn(document);

/** What everybody may call, by its own proof or harmless. A new name here is a decision. */
const PUBLIC = new Set([
  'createSession',
  'refreshSession',
  'getAttachment',
  'getNamedAttachment',
  'getLiveness',
  'getReadiness',
  'getMetrics',
  'getVersion',
  'verifyWebhook',
  'receiveWebhook',
  'returnFromSignIn',
]);

/** What an id in an address names: something of one chat, which its agent sees and others do not; or the house's. */
const OWNED = ['chatId', 'messageId', 'contactId'] as const;
const COMMON = ['queueId', 'userId', 'actionId', 'stateId', 'quickReplyId', 'tag', 'tagId', 'identityId', 'noteId'];

let house: House;
let callers: ReadonlyMap<string, Person>;
let owned: Readonly<Record<(typeof OWNED)[number], string>>;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
  callers = await callersOf(house);
  owned = await somethingOwned();
}, 120_000);
afterAll(async () => {
  closeRawConnections();
  await house?.close();
});

/** A chat the first agent holds, its contact and what the agent said. */
async function somethingOwned() {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  await chat.sent('At your service');
  const { contact } = await chat.view();
  const message = (await messagesOf(chat.api, chat.chatId)).at(-1)!;
  return { chatId: chat.chatId, messageId: message.id, contactId: contact.id! };
}

type Writing = (path: string) => string;

function addressed(
  operation: Operation,
  ids: Readonly<Record<string, string>> = {},
  written: Writing = (path) => path,
) {
  return (
    written(operation.path.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? randomUUID())) + operation.query
  );
}

function ask(operation: Operation, caller: string, ids?: Readonly<Record<string, string>>): Promise<RawAnswer> {
  const { token, spare } = callers.get(caller)!;
  const body = operation.body !== undefined && operation.ids.length === 0 ? { nothing: true } : operation.body;
  const sent = operation.name === 'deleteSession' ? (spare ?? token) : token;
  return rawRequest(house.server.url, operation.method, addressed(operation, ids), sent, body);
}

const wrong = (operation: Operation, caller: string, { status, code }: RawAnswer, expected: string) =>
  `${operation.method} ${operation.path} for ${caller} answered ${status} ${code ?? ''}, expected ${expected}`;

describe('the document', () => {
  it('says of every operation who may call it', () => {
    expect(operations.length).toBeGreaterThan(60);
    const everybody = operations.filter(({ roles }) => roles === undefined).map(({ name }) => name);
    expect(everybody.filter((name) => !PUBLIC.has(name))).toEqual([]);
  });

  it('is the one the server answers', async () => {
    const { body } = await house.server.api.get<ApiDocument>('/openapi.json');
    expect(operationsIn(body)).toEqual(operations);
  });

  it('names no id in what agents may call of which this test does not know whose it is', () => {
    const known = new Set<string>([...OWNED, ...COMMON]);
    const unknown = operations.filter(
      ({ roles, ids }) => roles?.includes('agent') && !ids.includes('chatId') && ids.some((id) => !known.has(id)),
    );
    expect(unknown.map(({ name, ids }) => `${name}: ${ids.join()}`)).toEqual([]);
  });
});

describe('an operation for some roles', () => {
  it.each(['nobody', 'agent', 'stranger', 'supervisor', 'admin', 'key of agent', 'key of supervisor', 'key of admin'])(
    'lets %s in where its role is named, and nowhere else',
    async (caller) => {
      const { role } = callers.get(caller)!;
      const failures: string[] = [];
      for (const operation of operations.filter(({ roles }) => roles !== undefined)) {
        const answer = await ask(operation, caller);
        const expected = expectedOf(operation, role);
        if (!fits(answer, expected)) failures.push(wrong(operation, caller, answer, expected));
      }
      expect(failures).toEqual([]);
    },
  );
});

type Expected = 'unauthenticated' | 'forbidden' | 'nothing there' | 'no such word' | 'let in';

function expectedOf({ roles, ids }: Operation, role: string | undefined): Expected {
  if (role === undefined) return 'unauthenticated';
  if (!roles?.includes(role)) return 'forbidden';
  if (ids.some((id) => id.endsWith('Id'))) return 'nothing there';
  return ids.length > 0 ? 'no such word' : 'let in';
}

/** Some of what a person does needs one: keys hear so before anything is looked up. */
function fits({ status, code }: RawAnswer, expected: Expected): boolean {
  if (expected === 'unauthenticated') return status === 401 && code === 'unauthenticated';
  if (expected === 'forbidden') return status === 403 && code === 'forbidden';
  if (code === 'needs_user') return status === 403;
  if (expected === 'nothing there') return status === 404 && code === 'not_found';
  if (expected === 'no such word') return status === 404 || status === 422;
  return status < 500 && status !== 401 && status !== 403 && status !== 404;
}

describe('what one agent holds', () => {
  const ofOneChat = operations.filter(({ roles, ids }) => roles && ids.some((id) => OWNED.some((one) => one === id)));

  it('is seen by its agent, supervisors and admins', async () => {
    const failures: string[] = [];
    for (const caller of ['agent', 'supervisor', 'admin', 'key of supervisor', 'key of admin']) {
      const { role } = callers.get(caller)!;
      const reads = ofOneChat.filter(
        ({ method, ids, roles }) => method === 'GET' && roles?.includes(role!) && ids.every((id) => id in owned),
      );
      expect(reads.length).toBeGreaterThan(4);
      for (const operation of reads) {
        const answer = await ask(operation, caller, owned);
        const fine = answer.status === 200 || answer.code === 'needs_user';
        if (!fine) failures.push(wrong(operation, caller, answer, '200'));
      }
    }
    expect(failures).toEqual([]);
  });

  it('is to other agents as if it did not exist', async () => {
    const failures: string[] = [];
    for (const caller of ['stranger', 'key of agent']) {
      for (const operation of ofOneChat.filter(({ roles }) => roles?.includes('agent'))) {
        const [real, none] = [await ask(operation, caller, owned), await ask(operation, caller)];
        const same = real.status === none.status && withoutIds(real.text) === withoutIds(none.text);
        if (!same || !fits(real, 'nothing there'))
          failures.push(wrong(operation, caller, real, `404 as for no id at all (${none.status} ${none.text})`));
      }
    }
    expect(failures).toEqual([]);
  });
});

/** Requests have ids of their own, and some answers tell the time. */
const withoutIds = (text: string) => text.replace(/"requestId":"[^"]*"/, '');

describe('an address written otherwise', () => {
  const ways: Readonly<Record<string, Writing>> = {
    'an encoded letter': (path) => path.replace('/v1', '/%761'),
    'a doubly encoded letter': (path) => path.replace('/v1', '/%25761'),
    'an encoded slash': (path) => path.replace('/v1/', '/v1%2F'),
    'a doubly encoded slash': (path) => path.replace('/v1/', '/v1%252f'),
    'a slash at the end': (path) => `${path}/`,
    'two slashes before': (path) => `/${path}`,
    'two slashes within': (path) => path.replace('/v1/', '/v1//'),
    'a backslash': (path) => path.replace('/v1/', '/v1\\'),
    dots: (path) => path.replace('/v1/', '/v1/../v1/'),
    'encoded dots': (path) => path.replace('/v1/', '/v1/%2e%2e/v1/'),
    'a path parameter': (path) => path.replace('/v1/', '/v1;x=1/'),
    capitals: (path) => path.replace('/v1', '/V1'),
    'a whole address': (path) => house.server.url + path,
    'a zero byte': (path) => `${path}%00`,
  };
  const ofV1 = operations.filter(({ roles, path }) => roles && path.startsWith('/v1/'));
  const readsOfAgents = () =>
    ofV1.filter(
      ({ method, ids, roles }) => method === 'GET' && roles?.includes('agent') && ids.some((id) => id in owned),
    );

  it.each(Object.entries(ways))('with %s lets nobody in', async (_, written) => {
    const answers = ofV1.map(async (operation) => {
      const { method, name, body } = operation;
      const answer = await rawRequest(house.server.url, method, addressed(operation, owned, written), undefined, body);
      return [400, 401, 404, 405].includes(answer.status) ? [] : [`${name}: ${answer.status}`];
    });
    expect((await Promise.all(answers)).flat()).toEqual([]);
  });

  it.each(Object.entries(ways))('with %s shows a stranger nothing of what an agent holds', async (_, written) => {
    const { token } = callers.get('stranger')!;
    const reads = readsOfAgents();
    for (const operation of reads) {
      const { status } = await rawRequest(house.server.url, 'GET', addressed(operation, owned, written), token);
      expect([operation.name, [400, 404].includes(status) || status]).toEqual([operation.name, true]);
    }
  });

  it('asked by HEAD is to a stranger as if it did not exist', async () => {
    const { token } = callers.get('stranger')!;
    for (const operation of readsOfAgents()) {
      const { status } = await rawRequest(house.server.url, 'HEAD', addressed(operation, owned), token);
      expect([operation.path, status]).toEqual([operation.path, 404]);
    }
  });

  it.each(['HEAD', 'OPTIONS', 'TRACE', 'PROPFIND'])('asked by %s lets nobody in', async (method) => {
    for (const operation of ofV1) {
      const { status } = await rawRequest(house.server.url, method, addressed(operation, owned));
      expect([operation.path, [401, 404, 405].includes(status) || status]).toEqual([operation.path, true]);
    }
  });
});
