import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { callersOf, type Person } from './support/callers.js';
import { openDesk } from './support/desk.js';
import { AnswerSchemas } from './support/generated/answers.js';
import { Line } from './support/generated/ask.js';
import { aCast } from './support/generated/cast.js';
import {
  type DocumentedOperation,
  documentedOperations,
  type RawDocument,
  resolver,
} from './support/generated/document.js';
import { faultsOf } from './support/generated/judge.js';
import type { GeneratedRequest, Kind } from './support/generated/request.js';
import { Requests } from './support/generated/requests.js';
import { Values } from './support/generated/values.js';
import type { House } from './support/house.js';
import { rounds } from './support/rounds.js';
import { all, chatsOf, type ChatView } from './support/views.js';

/**
 * Every operation of the document the server answers, asked with what that document says. Real: the built server,
 * PostgreSQL, sockets, a system behind actions and webhooks. Simulated: the messengers. Which requests are made is the same
 * in every run; PARLEY_TEST_SEED takes others, PARLEY_TEST_ROUNDS=full more of them.
 */
const SEED = Number(process.env.PARLEY_TEST_SEED ?? 20_261_201);
const SEEDS: Readonly<Record<Kind, number>> = { faulty: SEED, odd: SEED + 1, valid: SEED + 2 };

/** Operations that are not asked here, and where they are. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  deleteSession: 'ends the session it is called with: sign-in.e2e-spec.ts',
  uploadAttachment: 'its body is no JSON: media.e2e-spec.ts, and attachment.controller.spec.ts of its room',
  verifyWebhook: 'of the messengers, in words of their own: receiving.e2e-spec.ts',
  receiveWebhook: 'of the messengers, signed, in words of their own: receiving.e2e-spec.ts, faults/inbound.e2e-spec.ts',
};

/** The rounds of the channel doctor, which nobody asked for. */
const DOCTORS_OWN = 'channel.checked';

let house: House;
let world: Server;
let callers: ReadonlyMap<string, Person>;
let schemas: AnswerSchemas;
let requests: Requests;
let operations: readonly DocumentedOperation[];
let line: Line;

beforeAll(async () => {
  world = createServer((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'));
  await once(world.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(world.address() as AddressInfo).port}`;
  house = await openDesk({ env: { PARLEY_HTTP_ALLOWED_ORIGINS: url } });
  callers = await callersOf(house);
  const document = await house.team.admin.read<RawDocument>('/openapi.json');
  const cast = await aCast(house, url);
  const resolve = resolver(document);
  operations = documentedOperations(document).filter(({ name }) => !(name in LEFT_OUT));
  schemas = new AnswerSchemas(document);
  requests = new Requests(resolve, new Values(resolve, (name) => cast.get(name) ?? [], url));
  line = new Line(house.server.url);
}, 120_000);
afterAll(async () => {
  line?.close();
  await house?.close();
  world?.closeAllConnections();
  world?.close();
});

/** Who asks the n-th time: mostly somebody who may. */
function callerOf({ roles }: DocumentedOperation, n: number): string {
  const names = [...callers.keys()];
  if (n % 5 === 4) return names[n % names.length]!;
  const may = names.filter((name) => roles === undefined || roles.includes(callers.get(name)!.role ?? ''));
  return may[(n * 3 + names.length) % may.length]!;
}

async function faultsOfAll(kind: Kind, times: number): Promise<string[]> {
  const found: string[] = [];
  for (const operation of operations) {
    const drawn = fc.sample(requests.of(operation, kind), { seed: SEEDS[kind], numRuns: times });
    for (const [n, request] of drawn.entries()) {
      const caller = callerOf(operation, n);
      const answer = await line.ask(request, callers.get(caller)!.token);
      for (const fault of faultsOf(schemas, request, answer)) found.push(inWords(request, caller, fault));
    }
  }
  return found.length === 0 ? [] : [`With PARLEY_TEST_SEED=${SEED}:`, ...found.slice(0, 40)];
}

function inWords({ operation, method, target, body, faults }: GeneratedRequest, caller: string, fault: string) {
  const asked = `${method} ${target.slice(0, 200)} ${body?.toString().slice(0, 300) ?? ''}`;
  return `${operation.name} as ${caller}${faults.length > 0 ? ` (${faults.join()})` : ''}: ${fault}\n    ${asked}`;
}

interface Told {
  readonly data: readonly { readonly type?: string; readonly action?: string }[];
  readonly cursor: string;
}

it('leaves out only what the document has', async () => {
  const document = await house.team.admin.read<RawDocument>('/openapi.json');
  const names = documentedOperations(document).map(({ name }) => name);
  expect(Object.keys(LEFT_OUT).filter((name) => !names.includes(name))).toEqual([]);
  expect(operations.length).toBe(names.length - Object.keys(LEFT_OUT).length);
});

it('refuses what has a fault, says where it is, and changes nothing', async () => {
  const { admin } = house.team;
  const { cursor } = await admin.read<Told>('/v1/events/cursor');
  const began = new Date().toISOString();
  expect(await faultsOfAll('faulty', rounds(3, 40))).toEqual([]);
  const { data: events } = await admin.read<Told>(`/v1/events?after=${cursor}`);
  expect(events.map(({ type }) => type).filter((type) => type !== DOCTORS_OWN)).toEqual([]);
  const { data: entries } = await admin.read<Told>(`/v1/audit?from=${began}`);
  expect(entries.map(({ action }) => action).filter((action) => action !== 'session.failed')).toEqual([]);
}, 3_600_000);

it('answers whatever comes in the form the document gives', async () => {
  expect(await faultsOfAll('odd', rounds(1, 30))).toEqual([]);
}, 3_600_000);

it('takes what the document asks for', async () => {
  expect(await faultsOfAll('valid', rounds(2, 30))).toEqual([]);
}, 3_600_000);

it('is in order afterwards', async () => {
  const { admin, agents, channels } = house.team;
  expect((await admin.get('/health/ready')).status).toBe(200);
  expect(house.server.output).not.toContain('unexpected error');
  for (const api of [admin, agents[0]!.api]) {
    const unread = [...(await chatsOf(api, 'mine')), ...(await chatsOf(api, 'waiting'))].map((one) => one.unreadCount);
    const counts = ['chats', 'messages'].map((what) => api.read<{ count: number }>(`/v1/me/unread-${what}-count`));
    const expected = [unread.filter((count) => count > 0).length, unread.reduce((sum, count) => sum + count, 0)];
    expect((await Promise.all(counts)).map(({ count }) => count)).toEqual(expected);
  }
  for (const chat of await chatsOf(admin, 'all'))
    expect(await holdersOf(chat)).toEqual(chat.status === 'in_progress' ? [chat.agent?.id] : []);
  for (const id of Object.values(channels)) {
    const ledger = await admin.read<Readonly<Record<string, number>>>(`/v1/channels/${id}/ledger`);
    const { received, stored, duplicate, ignored, refused, quarantined } = ledger;
    expect(received).toBe(stored! + duplicate! + ignored! + refused! + quarantined!);
  }
});

async function holdersOf({ id }: ChatView): Promise<string[]> {
  const stretches = await all<{ agent: { id: string }; endedAt: string | null }>(
    house.team.admin,
    `/v1/chats/${id}/ownerships?limit=100`,
  );
  return stretches.filter(({ endedAt }) => endedAt === null).map(({ agent }) => agent.id);
}
