import 'reflect-metadata';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { DataSource, EntitySchema, In, Not, type EntityManager, type ObjectLiteral } from 'typeorm';
import { v7 as newId } from 'uuid';
import { APP_SECRET } from './webhooks.js';

/**
 * The usual way to write a webhook handler: one transaction a call, one repository call a step, on the same tables and
 * indexes. It keeps the same promises (no double, one open chat, answer after commit).
 */
interface Event {
  sender: { id: string };
  timestamp: number;
  message: { mid: string; text: string };
}

function table(name: string, columns: Record<string, string>, primary: string[] = ['id']) {
  return new EntitySchema<ObjectLiteral>({
    name,
    tableName: name,
    columns: Object.fromEntries(
      Object.entries(columns).map(([column, type]) => [
        column,
        { type: type as 'text', primary: primary.includes(column), nullable: true },
      ]),
    ),
  });
}

const Channel = table('channels', { id: 'uuid', messenger: 'text', source: 'text', queue_id: 'uuid' });
const Ledger = table('ledger', { channel_id: 'uuid', event_key: 'text', outcome: 'text', received_at: 'timestamptz' }, [
  'channel_id',
  'event_key',
]);
const Contact = table('contacts', { id: 'uuid', name: 'text' });
const Identity = table('identities', {
  id: 'uuid',
  messenger: 'text',
  scope: 'text',
  external_id: 'text',
  contact_id: 'uuid',
});
const Chat = table('chats', {
  id: 'uuid',
  channel_id: 'uuid',
  identity_id: 'uuid',
  queue_id: 'uuid',
  status: 'text',
  opened_at: 'timestamptz',
  waiting_since: 'timestamptz',
  last_seq: 'int',
  inbound_count: 'int',
  last_message_preview: 'text',
  last_message_direction: 'text',
  last_message_at: 'timestamptz',
  last_inbound_at: 'timestamptz',
});
const Message = table('messages', {
  id: 'uuid',
  chat_id: 'uuid',
  channel_id: 'uuid',
  seq: 'int',
  inbound_ordinal: 'int',
  direction: 'text',
  author_kind: 'text',
  external_id: 'text',
  text: 'text',
  sent_at: 'timestamptz',
  received_at: 'timestamptz',
});
const EventRow = table(
  'events',
  { id: 'bigint', type: 'text', at: 'timestamptz', chat_id: 'uuid', seq: 'int', audience: 'jsonb', data: 'jsonb' },
  ['id'],
);

const dataSource = new DataSource({
  type: 'postgres',
  url: process.argv[3],
  poolSize: 16,
  entities: [Channel, Ledger, Contact, Identity, Chat, Message, EventRow],
});

async function store(manager: EntityManager, page: string, event: Event): Promise<void> {
  const at = new Date();
  const channel = await manager.findOneByOrFail(Channel, { messenger: 'facebook', source: page });
  const key = { channel_id: channel.id as string, event_key: `message:${event.message.mid}` };
  if (await manager.findOneBy(Ledger, key)) return;
  await manager.insert(Ledger, { ...key, outcome: 'stored', received_at: at });
  const identity = await identityOf(manager, page, event.sender.id);
  const chat = await openChatOf(manager, channel, identity.id as string, at);
  const seq = (chat.last_seq as number) + 1;
  const message = await manager.save(Message, {
    id: newId(),
    chat_id: chat.id as string,
    channel_id: channel.id as string,
    seq,
    inbound_ordinal: (chat.inbound_count as number) + 1,
    direction: 'inbound',
    author_kind: 'contact',
    external_id: event.message.mid,
    text: event.message.text,
    sent_at: new Date(event.timestamp),
    received_at: at,
  });
  await manager.save(Chat, {
    ...chat,
    last_seq: seq,
    inbound_count: (chat.inbound_count as number) + 1,
    last_message_preview: event.message.text,
    last_message_direction: 'inbound',
    last_message_at: at,
    last_inbound_at: at,
  });
  const audience = { queues: [channel.queue_id as string] };
  const data = { messageId: message.id };
  await manager.insert(EventRow, { type: 'message.received', at, chat_id: chat.id as string, seq, audience, data });
}

async function identityOf(manager: EntityManager, scope: string, externalId: string): Promise<ObjectLiteral> {
  const where = { messenger: 'facebook', scope, external_id: externalId };
  const known = await manager.findOneBy(Identity, where);
  if (known) return known;
  const contact = await manager.save(Contact, { id: newId() });
  return manager.save(Identity, { id: newId(), ...where, contact_id: contact.id });
}

async function openChatOf(manager: EntityManager, channel: ObjectLiteral, identityId: string, at: Date) {
  const where = { channel_id: channel.id as string, identity_id: identityId, status: Not(In(['closed'])) };
  const open = await manager.findOne(Chat, { where, lock: { mode: 'pessimistic_write' } });
  if (open) return open;
  return manager.save(Chat, {
    id: newId(),
    channel_id: channel.id as string,
    identity_id: identityId,
    queue_id: channel.queue_id as string,
    status: 'waiting',
    opened_at: at,
    waiting_since: at,
    last_seq: 0,
    inbound_count: 0,
  });
}

/** Two first messages of one person at once: the unique index lets one through, the other tries again. */
async function insist(work: () => Promise<void>, tries = 5): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (tries === 1) throw error;
    await insist(work, tries - 1);
  }
}

async function handle(request: IncomingMessage, body: Buffer): Promise<number> {
  const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice(7), 'hex');
  const expected = createHmac('sha256', APP_SECRET).update(body).digest();
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 401;
  const { entry } = JSON.parse(body.toString()) as { entry: { id: string; messaging: Event[] }[] };
  for (const { id, messaging } of entry) {
    for (const event of messaging) await insist(() => dataSource.transaction((manager) => store(manager, id, event)));
  }
  return 200;
}

await dataSource.initialize();
createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const answer = (status: number) => {
      response.writeHead(status, { 'content-length': 0 }).end();
    };
    handle(request, Buffer.concat(chunks)).then(answer, () => answer(503));
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
