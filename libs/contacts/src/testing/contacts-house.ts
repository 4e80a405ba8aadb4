import { randomBytes } from 'node:crypto';
import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Database, DatabaseModule, openTestDatabase, type Tx } from '#database';
import { Jobs } from '#jobs';
import type { Profile, Recipient } from '#messenger-kit';
import { ContactsModule } from '../contacts.module.js';
import { ContactVisibility, ProfileSource } from '../ports.js';
import type { ProfileRequest } from '../profile-job.js';

/** Remembers what was enqueued; runs nothing. */
class FakeJobs {
  readonly enqueued: ProfileRequest[] = [];

  define(): void {}

  enqueue(_tx: Tx, _name: string, payloads: ProfileRequest[]): Promise<void> {
    this.enqueued.push(...payloads);
    return Promise.resolve();
  }
}

class FakeProfiles extends ProfileSource {
  readonly asked: Recipient[] = [];
  answer: () => Promise<Profile | undefined> = () => Promise.resolve(undefined);

  read(_channelId: string, person: Recipient): Promise<Profile | undefined> {
    this.asked.push(person);
    return this.answer();
  }
}

/** Agents see whom the test says. */
class FakeVisibility extends ContactVisibility {
  readonly pairs = new Set<string>();

  allow(userId: string, contactId: string): void {
    this.pairs.add(`${userId}/${contactId}`);
  }

  maySee(userId: string, contactId: string): Promise<boolean> {
    return Promise.resolve(this.pairs.has(`${userId}/${contactId}`));
  }

  audienceOf(_tx: Tx, contactId: string) {
    const pairs = [...this.pairs].filter((pair) => pair.endsWith(`/${contactId}`));
    return Promise.resolve({ agents: pairs.map((pair) => pair.split('/')[0]!) });
  }
}

/** The room on real PostgreSQL; jobs and the ports to the rooms above are fakes. */
export async function openContactsHouse({ poolSize = 1 } = {}) {
  const storage = await openTestDatabase();
  const fakes = { jobs: new FakeJobs(), profiles: new FakeProfiles(), visibility: new FakeVisibility() };
  const keys = [randomBytes(32).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize, receivingPoolSize: 1, keys }),
      upperFloors([
        { provide: Jobs, useValue: fakes.jobs },
        { provide: ProfileSource, useValue: fakes.profiles },
        { provide: ContactVisibility, useValue: fakes.visibility },
      ]),
      ContactsModule,
    ],
  }).compile();
  await module.init();
  return {
    ...fakes,
    database: module.get(Database),
    get: <T>(room: Type<T>): T => module.get(room, { strict: false }),
    close: async () => {
      await module.close();
      await storage.close();
    },
  };
}

export type ContactsHouse = Awaited<ReturnType<typeof openContactsHouse>>;

function upperFloors(providers: Exclude<Provider, Type>[]): DynamicModule {
  class UpperFloorsModule {}
  return { module: UpperFloorsModule, global: true, providers, exports: providers };
}
