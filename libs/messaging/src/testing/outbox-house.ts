import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DynamicModule, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { AttachmentsModule } from '#attachments';
import { ChatsModule } from '#chats';
import { ContactsModule, ProfileSource } from '#contacts';
import { Database, DatabaseModule, newId, openTestDatabase } from '#database';
import { EventsModule } from '#events';
import type { Caller } from '#identity';
import { JobsModule, jobsSchema } from '#jobs';
import { GuardedHttp, type MessageContent, MessengerRegistry } from '#messenger-kit';
import { RegistrationModule } from '#registration';
import { FollowUp } from '../inbox/follow-up.js';
import { Inbox } from '../inbox/inbox.js';
import { Receiver } from '../inbox/receiver.js';
import { Ledger } from '../ledger/ledger.js';
import { LedgerRepository } from '../ledger/ledger.repository.js';
import { RawBodies } from '../ledger/raw-bodies.repository.js';
import { MessageManager } from '../message-manager.js';
import { MessagingOptions } from '../messaging-options.js';
import { OUTBOX } from '../outbox/outbox-providers.js';
import { Outbox } from '../outbox/outbox.js';
import { POLLING } from '../polling/polling-providers.js';
import { REPLAY } from '../replay/replay-providers.js';
import { UnifiedIntake } from '../unified/unified-intake.js';
import { UnifiedRepository } from '../unified/unified.repository.js';
import { ScriptedMessenger } from './scripted-messenger.js';

type Options = Partial<MessagingOptions>;

/** The outbox on real PostgreSQL with a messenger of no network; further nodes can join on the same database. */
export async function openOutboxHouse(options: Options = {}, poolSize = 4) {
  const storage = await openTestDatabase([], [jobsSchema]);
  const directory = await mkdtemp(join(tmpdir(), 'attachments-'));
  const keys = [randomBytes(32).toString('base64')];
  const scripted = new ScriptedMessenger();
  const nodes = new Set<{ close(): Promise<void> }>();

  async function aNode(its: Options = options) {
    const module = await Test.createTestingModule({
      imports: [
        DatabaseModule.forRoot({ url: storage.url, poolSize, receivingPoolSize: 1, keys }),
        JobsModule.forRoot({ url: storage.url, enabled: false, concurrency: 1 }),
        ApiKitModule,
        surroundings(scripted),
        RegistrationModule.forRoot({ publicUrl: 'https://chat.example.com' }),
        AttachmentsModule.forRoot({ directory }),
        ContactsModule,
        ChatsModule,
        outboxModule(its),
      ],
    }).compile();
    await module.init();
    nodes.add(module);
    return {
      get: <T>(room: Type<T>): T => module.get(room, { strict: false }),
      close: async () => {
        nodes.delete(module);
        await module.close();
      },
    };
  }

  const first = await aNode();
  const close = async () => {
    for (const node of nodes) await node.close();
    await storage.close();
    await rm(directory, { recursive: true });
  };
  const database = first.get(Database);
  return { database, scripted, aNode, close, get: first.get, ...builders(database, first.get) };
}

export type OutboxHouse = Awaited<ReturnType<typeof openOutboxHouse>>;

export interface TestChat {
  readonly id: string;
  readonly channelId: string;
  readonly agent: Caller;
}

function builders(database: Database, get: <T>(room: Type<T>) => T) {
  async function aChannel(): Promise<string> {
    const [id, queue] = [newId(), newId()];
    await database.rows('INSERT INTO queues (id, name) VALUES ($1, $2)', [queue, `Queue ${queue}`]);
    await database.rows(
      `INSERT INTO channels (id, messenger, source, name, queue_id) VALUES ($1, 'scripted', $2, 'Channel', $3)`,
      [id, `source of ${id}`, queue],
    );
    return id;
  }

  async function anAgent(role: Caller['role'] = 'agent'): Promise<Caller> {
    const id = newId();
    await database.rows(`INSERT INTO users (id, email, name, password_hash, role) VALUES ($1, $2, 'Agent', '', $3)`, [
      id,
      `${id}@example.com`,
      role,
    ]);
    return { kind: 'user', id, role, name: 'Agent' };
  }

  /** An accepted chat with one inbound message, seq 1. */
  async function aChat(channelId?: string): Promise<TestChat> {
    const channel = channelId ?? (await aChannel());
    const [id, identity, agent] = [newId(), newId(), await anAgent()];
    await database.rows(`INSERT INTO identities (id, messenger, scope, external_id) VALUES ($1, 'scripted', '', $2)`, [
      identity,
      identity,
    ]);
    await database.rows(
      `INSERT INTO chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at, last_seq, inbound_count,
         last_inbound_at)
       SELECT $1, c.id, $3, c.queue_id, 'in_progress', $4, now(), 1, 1, now() FROM channels c WHERE c.id = $2`,
      [id, channel, identity, agent.id],
    );
    await database.rows(
      `INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, text, external_id, sent_at, received_at)
       VALUES ($1, $2, $3, 1, 'inbound', 'contact', 'Hello', $4, now(), now())`,
      [newId(), id, channel, `in-${id}`],
    );
    return { id, channelId: channel, agent };
  }

  /** The chat's contact writes; `more` as the messenger tells it. */
  async function hears(chatId: string, text: string, more: Omit<MessageContent, 'text'> = {}): Promise<void> {
    await database.rows(
      `WITH bumped AS (
         UPDATE chats SET last_seq = last_seq + 1, inbound_count = inbound_count + 1, last_inbound_at = now()
         WHERE id = $1 RETURNING id, channel_id, last_seq)
       INSERT INTO messages (id, chat_id, channel_id, seq, direction, author_kind, text, content, external_id, sent_at,
         received_at)
       SELECT $2, id, channel_id, last_seq, 'inbound', 'contact', $3, $4, $5, now(), now() FROM bumped`,
      [chatId, newId(), text, JSON.stringify(more), `in-${newId()}`],
    );
  }

  async function send({ id, agent }: TestChat, text: string): Promise<string> {
    const answer = await get(Outbox).accept(agent, id, { text }, undefined, (messages) => messages[0]!.id);
    return answer.body;
  }

  async function statusOf(messageId: string): Promise<string> {
    const [message] = await database.rows<{ status: string }>('SELECT status FROM messages WHERE id = $1', [messageId]);
    return message!.status;
  }

  return { aChannel, anAgent, aChat, hears, send, statusOf };
}

function surroundings(scripted: ScriptedMessenger): DynamicModule {
  class SurroundingsModule {}
  const providers = [
    { provide: MessengerRegistry, useValue: new MessengerRegistry(new Map([['scripted', scripted.messenger]])) },
    { provide: ProfileSource, useValue: { read: () => Promise.resolve([]) } },
    { provide: GuardedHttp, useValue: new GuardedHttp() },
  ];
  const exports = [GuardedHttp, MessengerRegistry, ProfileSource];
  return { module: SurroundingsModule, global: true, providers, exports };
}

const UNIFIED = [UnifiedIntake, UnifiedRepository];
const INBOX = [FollowUp, Inbox, Ledger, LedgerRepository, MessageManager, RawBodies, Receiver, ...UNIFIED];

function outboxModule(options: Options): DynamicModule {
  class OutboxModule {}
  const providers = [
    { provide: MessagingOptions, useValue: new MessagingOptions(options) },
    ...OUTBOX,
    ...POLLING,
    ...REPLAY,
    ...INBOX,
  ];
  return { module: OutboxModule, imports: [ChatsModule, ContactsModule, EventsModule], providers };
}
