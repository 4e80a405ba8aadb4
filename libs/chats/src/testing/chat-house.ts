import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { AttachmentsModule } from '#attachments';
import { ProfileSource } from '#contacts';
import { Database, DatabaseModule, newId, openTestDatabase, ReceivingDatabase } from '#database';
import type { Caller, Role } from '#identity';
import { JobsModule, jobsSchema } from '#jobs';
import { GuardedHttp, type Messenger, MessengerRegistry } from '#messenger-kit';
import { RegistrationModule } from '#registration';
import { Agents } from '../agent/agents.js';
import { SeenSignal } from '../chat/mark-chat-as-read.js';
import { ChatsModule } from '../chats.module.js';
import { ChatIntake } from '../intake/chat-intake.js';
import { type Arrival, batchOf } from './arrivals.js';
import { QueueAgents } from '../queue/queue-agents.js';
import { Queues } from '../queue/queues.js';

const admin: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'Setup' };

/** The room on real PostgreSQL; chats are opened through the receiving path, one messenger of no network. */
export async function openChatHouse({ poolSize = 10, trustedOrigins = [] as string[] } = {}) {
  const storage = await openTestDatabase([], [jobsSchema]);
  const directory = await mkdtemp(join(tmpdir(), 'attachments-'));
  const keys = [randomBytes(32).toString('base64')];
  const http = new GuardedHttp({ trustedOrigins });
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize, receivingPoolSize: poolSize, keys }),
      JobsModule.forRoot({ url: storage.url, enabled: false, concurrency: 1 }),
      ApiKitModule,
      oneMessenger(http),
      RegistrationModule.forRoot({ publicUrl: 'http://127.0.0.1' }),
      AttachmentsModule.forRoot({ directory }),
      ChatsModule,
    ],
  }).compile();
  await module.init();
  const get = <T>(room: Type<T>): T => module.get(room, { strict: false });
  const close = async () => {
    await module.close();
    await http.close();
    await storage.close();
    await rm(directory, { recursive: true });
  };
  const { chats: toldSeen } = module.get<SeenChats>(SeenSignal);
  const { somebodyWaits } = storage;
  return {
    database: module.get(Database),
    get,
    close,
    somebodyWaits,
    toldSeen,
    ...builders(module.get(Database), get),
  };
}

export type ChatHouse = Awaited<ReturnType<typeof openChatHouse>>;

interface AgentWish {
  readonly queues?: readonly string[];
  readonly role?: Role;
  readonly active?: boolean;
  readonly chatLimit?: number;
}

function builders(database: Database, get: <T>(room: Type<T>) => T) {
  let names = 0;
  let letters = 0;

  async function anAgent({ queues = [], role = 'agent', active = true, chatLimit }: AgentWish = {}): Promise<Caller> {
    const agent: Caller = { kind: 'user', id: newId(), role, name: `Agent ${++names}` };
    await database.rows(`INSERT INTO users (id, email, name, password_hash, role) VALUES ($1, $2, $3, '', $4)`, [
      agent.id,
      `${agent.id}@example.com`,
      agent.name,
      role,
    ]);
    if (active || chatLimit) await get(Agents).setMyState(agent, active ? 'active' : 'inactive');
    if (chatLimit) await get(Agents).setChatLimit(agent.id, chatLimit);
    for (const queue of queues) await get(QueueAgents).add(queue, agent.id);
    return agent;
  }

  async function aQueue(agentLimit = 5): Promise<string> {
    const queue = await get(Queues).create(admin, undefined, { name: `Queue ${++names}`, agentLimit });
    return queue.body.id;
  }

  async function aChannel(queueId: string): Promise<string> {
    const id = newId();
    await database.rows(
      `INSERT INTO channels (id, messenger, source, name, queue_id) VALUES ($1, 'pigeon', $2, 'Dovecote', $3)`,
      [id, id, queueId],
    );
    return id;
  }

  async function aContact(name = 'Maria'): Promise<string> {
    const [contact, identity] = [newId(), newId()];
    await database.rows('INSERT INTO contacts (id, name) VALUES ($1, $2)', [contact, name]);
    await database.rows(
      `INSERT INTO identities (id, messenger, scope, external_id, contact_id) VALUES ($1, 'pigeon', '', $2, $3)`,
      [identity, identity, contact],
    );
    return identity;
  }

  async function receive(arrivals: readonly Arrival[], at = new Date()): Promise<void> {
    const intake = get(ChatIntake);
    const identityIds = arrivals.map(({ identityId }) => identityId);
    await get(ReceivingDatabase).transaction((tx) => intake.takeIntoNew(tx, batchOf(arrivals, at), identityIds, at));
  }

  /** Messages of one writer, stored as the receiving path stores them. */
  async function arrive(place: Place, texts: readonly string[], at = new Date()): Promise<string> {
    const arrivals = texts.map((text) => ({ ...place, externalId: `7:${++letters}`, sentAt: at, content: { text } }));
    await receive(arrivals, at);
    const [chat] = await database.rows<{ id: string }>(
      `SELECT id FROM chats WHERE channel_id = $1 AND identity_id = $2 AND status <> 'closed'`,
      [place.channelId, place.identityId],
    );
    return chat!.id;
  }

  /** A waiting chat with one message, or those given. */
  async function aChat(queueId: string, texts: readonly string[] = ['Hello']): Promise<string> {
    return arrive({ channelId: await aChannel(queueId), identityId: await aContact(), queueId }, texts);
  }

  async function placeOf(chatId: string): Promise<Place> {
    const [place] = await database.rows<Place>(
      `SELECT channel_id AS "channelId", identity_id AS "identityId", queue_id AS "queueId" FROM chats WHERE id = $1`,
      [chatId],
    );
    return place!;
  }

  /** Another message in an open chat. */
  async function write(chatId: string, text = 'And another thing'): Promise<void> {
    await arrive(await placeOf(chatId), [text]);
  }

  return { anAgent, aQueue, aChannel, aContact, aChat, placeOf, arrive, receive, write };
}

interface Place {
  readonly channelId: string;
  readonly identityId: string;
  readonly queueId: string;
}

/** Remembers which chats' contacts were told. */
export class SeenChats extends SeenSignal {
  readonly chats: string[] = [];

  seen(chatId: string): void {
    this.chats.push(chatId);
  }
}

function oneMessenger(http: GuardedHttp): DynamicModule {
  class OneMessengerModule {}
  const registry = new MessengerRegistry(new Map([['pigeon', pigeon]]));
  const providers = [
    { provide: MessengerRegistry, useValue: registry },
    { provide: SeenSignal, useClass: SeenChats },
    { provide: GuardedHttp, useValue: http },
    { provide: ProfileSource, useValue: { read: notHere } },
  ];
  return { module: OneMessengerModule, global: true, providers, exports: providers.map(({ provide }) => provide) };
}

const notHere = () => Promise.reject(new Error('not in this test'));

const pigeon: Messenger = {
  media: { types: ['image', 'audio', 'file'], load: notHere },
  income: { isAuthentic: () => false, convert: () => [] },
  outcome: {
    powers: ['text'],
    pace: { perSecond: 100, perRecipient: { perSecond: 100, burst: 100 } },
    maxTextLength: 1000,
    refusal: () => undefined,
    send: notHere,
    policy: () => ({ allowed: true, until: null, reason: null, kinds: ['text'], tag: null }),
    expand: (content) => [content],
  },
  registration: {
    callback: 'channel',
    credentialFields: [],
    identify: notHere,
    connect: notHere,
    disconnect: notHere,
  },
};
