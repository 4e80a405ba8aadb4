import { randomBytes } from 'node:crypto';
import { type DynamicModule, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { Database, DatabaseModule, newId, openTestDatabase } from '#database';
import { type AccountPicture, MessengerRegistry } from '#messenger-kit';
import { ChannelPictures } from '../ports.js';
import { RegistrationModule } from '../registration.module.js';
import { FakeNetwork } from './fake-network.js';

export const PUBLIC_URL = 'https://chat.example.com';

/** Pictures that arrive when the test says so. */
export class FakePictures extends ChannelPictures {
  readonly references = new Map<string, string>();
  readonly arrived = new Set<string>();

  expect(_tx: unknown, _channel: unknown, { reference }: AccountPicture): Promise<string> {
    const id = newId();
    this.references.set(id, reference);
    return Promise.resolve(id);
  }

  discard(_tx: unknown, id: string): Promise<void> {
    this.references.delete(id);
    return Promise.resolve();
  }

  paths(_source: unknown, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const there = ids.filter((id) => this.arrived.has(this.references.get(id) ?? ''));
    return Promise.resolve(new Map(there.map((id) => [id, `/v1/attachments/${id}`])));
  }
}

/**
 * The room on real PostgreSQL, with a pool of one connection, and three messengers of a network in memory: `pigeon` (a
 * webhook per channel), `owl` (one webhook for all) and `raven` (a webhook per channel, signed with its token).
 */
export async function openRegistrationHouse(more: (DynamicModule | Type)[] = []) {
  const storage = await openTestDatabase();
  const [network, pictures] = [new FakeNetwork(), new FakePictures()];
  const keys = [randomBytes(32).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize: 1, receivingPoolSize: 1, keys }),
      ApiKitModule,
      registryOf(network, pictures),
      RegistrationModule.forRoot({ publicUrl: `${PUBLIC_URL}/` }),
      ...more,
    ],
  }).compile();
  await module.init();
  return {
    network,
    pictures,
    database: module.get(Database),
    get: <T>(room: Type<T>): T => module.get(room, { strict: false }),
    close: async () => {
      await module.close();
      await storage.close();
    },
  };
}

export type RegistrationHouse = Awaited<ReturnType<typeof openRegistrationHouse>>;

export async function aQueue(database: Database): Promise<string> {
  const id = newId();
  await database.rows('INSERT INTO queues (id, name) VALUES ($1, $2)', [id, `Queue ${id}`]);
  return id;
}

function registryOf(network: FakeNetwork, pictures: FakePictures): DynamicModule {
  class FakeMessengersModule {}
  const messengers = new Map([
    ['pigeon', network.messenger('channel')],
    ['owl', network.messenger('app')],
    ['raven', network.messenger('channel', { signingCredential: 'token' })],
  ]);
  const providers = [
    { provide: MessengerRegistry, useValue: new MessengerRegistry(messengers) },
    { provide: ChannelPictures, useValue: pictures },
  ];
  return { module: FakeMessengersModule, global: true, providers, exports: [MessengerRegistry, ChannelPictures] };
}
