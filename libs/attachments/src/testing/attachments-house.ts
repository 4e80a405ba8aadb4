import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import multipart from '@fastify/multipart';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { Database, DatabaseModule, newId, openTestDatabase, type Tx } from '#database';
import type { Audience } from '#events';
import { Callers, type Caller } from '#identity';
import { jobsSchema, JobsModule } from '#jobs';
import { MessengerRegistry, type Attachment, type Messenger } from '#messenger-kit';
import { RegistrationModule } from '#registration';
import { AttachmentAccess } from '../attachment-access.js';
import type { AttachmentsOptions } from '../attachments-options.js';
import { Attachments } from '../attachments.js';
import { AttachmentsModule } from '../attachments.module.js';
import { Storage } from '../storage/storage.js';
import { Carrier } from './carrier.js';

/** Callers read the chats the test says. */
class FakeAccess extends AttachmentAccess {
  readonly chats = new Map<string, Caller[]>();

  mayRead(caller: Caller, chatId: string): Promise<boolean> {
    return Promise.resolve(this.readersOf(chatId).includes(caller));
  }

  audienceOf(_tx: Tx, chatId: string): Promise<Audience> {
    return Promise.resolve({ agents: this.readersOf(chatId).map(({ id }) => id) });
  }

  private readersOf(chatId: string): Caller[] {
    return this.chats.get(chatId) ?? [];
  }
}

type Wishes = Partial<Pick<AttachmentsOptions, 'maxBytes' | 's3' | 'maxAttempts' | 'fetchMs'>>;

/** The room on real PostgreSQL, a real disk and real HTTP. Not real: the messenger, who signs in, and who may read a chat. */
export async function openAttachmentsHouse(wishes: Wishes = {}) {
  const storage = await openTestDatabase([], [jobsSchema]);
  const directory = await mkdtemp(join(tmpdir(), 'attachments-'));
  const fakes = { access: new FakeAccess(), carrier: new Carrier() };
  const tokens = new Map<string, Caller>();
  const keys = [randomBytes(32).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize: 3, receivingPoolSize: 1, keys }),
      JobsModule.forRoot({ url: storage.url, enabled: false, concurrency: 1 }),
      ApiKitModule,
      otherFloors([
        { provide: AttachmentAccess, useValue: fakes.access },
        {
          provide: MessengerRegistry,
          useValue: new MessengerRegistry(new Map([['pigeon', { media: fakes.carrier } as unknown as Messenger]])),
        },
      ]),
      RegistrationModule.forRoot({ publicUrl: 'http://127.0.0.1' }),
      AttachmentsModule.forRoot({ directory, ...wishes }),
    ],
  })
    .overrideProvider(Callers)
    .useValue({ of: (token: string) => Promise.resolve(tokens.get(token)) })
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: false },
  );
  await app.register(multipart);
  await app.listen(0, '127.0.0.1');
  const database = module.get(Database);
  const [channelId] = [newId()];
  await aChannel(database, channelId);
  const get = <T>(room: Type<T>): T => module.get(room, { strict: false });

  function aCaller(role: Caller['role'] = 'agent'): Caller & { readonly token: string } {
    const id = newId();
    const caller = { kind: 'user' as const, id, role, name: 'Anna', token: `token-${id}` };
    tokens.set(caller.token, caller);
    return caller;
  }

  return {
    ...fakes,
    database,
    channelId,
    get,
    storage: module.get<Storage>(Storage),
    aCaller,
    url: await app.getUrl(),
    /** A message with one attachment is stored; its content is still at the messenger. */
    async expect(attachment: Partial<Attachment> = {}, readers: Caller[] = []) {
      const [id, chatId, messageId] = [newId(), newId(), newId()];
      fakes.access.chats.set(chatId, readers);
      const whole: Attachment = { type: 'image', reference: 'secret-link', ...attachment };
      const one = { id, messenger: 'pigeon', channelId, chatId, messageId, attachment: whole };
      await database.transaction((tx) => get(Attachments).expect(tx, [one]));
      return one;
    },
    async view(id: string) {
      return (await get(Attachments).views(database, [id])).get(id);
    },
    eventsOf: (id: string) =>
      database.rows(`SELECT chat_id AS chat, audience, data FROM events WHERE data ->> 'attachmentId' = $1`, [id]),
    async waitingJobs(): Promise<unknown[]> {
      const found = await database.rows<{ payload: unknown }>('SELECT payload FROM graphile_worker._private_jobs');
      return found.map(({ payload }) => payload);
    },
    /** Names of all files there are, without those on their way in. */
    async files(place = ''): Promise<string[]> {
      const entries = await readdir(join(directory, place), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    async close(): Promise<void> {
      await app.close();
      await storage.close();
      await rm(directory, { recursive: true });
    },
  };
}

export type AttachmentsHouse = Awaited<ReturnType<typeof openAttachmentsHouse>>;

async function aChannel(database: Database, channelId: string): Promise<void> {
  const queueId = newId();
  await database.rows(`INSERT INTO queues (id, name) VALUES ($1, 'Queue')`, [queueId]);
  await database.rows(
    `INSERT INTO channels (id, messenger, source, name, queue_id) VALUES ($1, 'pigeon', 'loft', 'Loft', $2)`,
    [channelId, queueId],
  );
}

function otherFloors(providers: Exclude<Provider, Type>[]): DynamicModule {
  class OtherFloorsModule {}
  return { module: OtherFloorsModule, global: true, providers, exports: providers };
}
