import { randomBytes } from 'node:crypto';
import { type DynamicModule, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { Database, DatabaseModule, newId, openTestDatabase } from '#database';
import { MessengerRegistry } from '#messenger-kit';
import { RegistrationModule } from '../registration.module.js';
import { FakeNetwork } from './fake-network.js';

export const PUBLIC_URL = 'https://chat.example.com';

/**
 * The room on real PostgreSQL, with a pool of one connection, and two messengers of a network in memory: `pigeon` (a
 * webhook per channel) and `owl` (one webhook for all).
 */
export async function openRegistrationHouse(more: (DynamicModule | Type)[] = []) {
  const storage = await openTestDatabase();
  const network = new FakeNetwork();
  const keys = [randomBytes(32).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize: 1, receivingPoolSize: 1, keys }),
      ApiKitModule,
      registryOf(network),
      RegistrationModule.forRoot({ publicUrl: `${PUBLIC_URL}/` }),
      ...more,
    ],
  }).compile();
  await module.init();
  return {
    network,
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

function registryOf(network: FakeNetwork): DynamicModule {
  class FakeMessengersModule {}
  const messengers = new Map([
    ['pigeon', network.messenger('channel')],
    ['owl', network.messenger('app')],
  ]);
  const provider = { provide: MessengerRegistry, useValue: new MessengerRegistry(messengers) };
  return { module: FakeMessengersModule, global: true, providers: [provider], exports: [MessengerRegistry] };
}
