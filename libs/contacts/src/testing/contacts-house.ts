import { randomBytes } from 'node:crypto';
import { type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ApiKitModule } from '#api-kit';
import { Database, DatabaseModule, newId, openTestDatabase, type Tx } from '#database';
import { jobsSchema, JobsModule } from '#jobs';
import type { Profile, Recipient } from '#messenger-kit';
import { ContactsModule } from '../contacts.module.js';
import { ContactBook } from '../identity/contact-book.js';
import { ContactVisibility, ProfileSource } from '../ports.js';
import { PROFILE_JOB, type ProfileRequest } from '../identity/profile-job.js';

class FakeProfiles extends ProfileSource {
  readonly asked: Recipient[] = [];
  answer: (person: Recipient) => Promise<Profile | undefined> = () => Promise.resolve(undefined);

  /** Channels that cannot be asked at all. */
  readonly unable = new Set<string>();

  read(channelId: string, people: readonly Recipient[]): Promise<PromiseSettledResult<Profile | undefined>[]> {
    if (this.unable.has(channelId)) return Promise.reject(new Error('There is no such channel'));
    this.asked.push(...people);
    return Promise.allSettled(people.map((person) => this.answer(person)));
  }
}

const WAITING = `
  SELECT j.payload FROM graphile_worker._private_jobs j
  JOIN graphile_worker._private_tasks t ON t.id = j.task_id WHERE t.identifier = $1`;

/** Agents see whom the test says. */
class FakeVisibility extends ContactVisibility {
  readonly pairs = new Set<string>();

  allow(userId: string, contactId: string): void {
    this.pairs.add(`${userId}/${contactId}`);
  }

  maySee(userId: string, contactId: string): Promise<boolean> {
    return Promise.resolve(this.pairs.has(`${userId}/${contactId}`));
  }

  maySeeIdentity(userId: string, identityId: string): Promise<boolean> {
    return this.maySee(userId, identityId);
  }

  seenBy(userId: string): Promise<string[]> {
    const pairs = [...this.pairs].map((pair) => pair.split('/') as [string, string]);
    return Promise.resolve(pairs.filter(([user]) => user === userId).map(([, contactId]) => contactId));
  }

  audienceOfIdentity(_tx: Tx, identityId: string) {
    return Promise.resolve(this.audienceOf(identityId));
  }

  audiencesOf(_tx: Tx, contactIds: readonly string[]) {
    return Promise.resolve(contactIds.map((id) => this.audienceOf(id)));
  }

  private audienceOf(id: string) {
    const pairs = [...this.pairs].filter((pair) => pair.endsWith(`/${id}`));
    return { agents: pairs.map((pair) => pair.split('/')[0]!) };
  }
}

/** The room on real PostgreSQL; jobs wait and are never run, the ports to the rooms above are fakes. */
export async function openContactsHouse({ poolSize = 1 } = {}) {
  const storage = await openTestDatabase([], [jobsSchema]);
  const fakes = { profiles: new FakeProfiles(), visibility: new FakeVisibility() };
  const keys = [randomBytes(32).toString('base64')];
  const module = await Test.createTestingModule({
    imports: [
      DatabaseModule.forRoot({ url: storage.url, poolSize, receivingPoolSize: 1, keys }),
      ApiKitModule,
      JobsModule.forRoot({ url: storage.url, enabled: false, concurrency: 1 }),
      upperFloors([
        { provide: ProfileSource, useValue: fakes.profiles },
        { provide: ContactVisibility, useValue: fakes.visibility },
      ]),
      ContactsModule,
    ],
  }).compile();
  await module.init();
  const database = module.get(Database);
  const get = <T>(room: Type<T>): T => module.get(room, { strict: false });
  return {
    ...fakes,
    database,
    /** The profiles that shall be looked up, of all tests so far. */
    profileJobs: async (): Promise<ProfileRequest[]> => {
      const waiting = await database.rows<{ payload: ProfileRequest[] }>(WAITING, [PROFILE_JOB]);
      return waiting.flatMap(({ payload }) => payload);
    },
    get,
    /** Somebody who wrote for the first time. */
    aPerson: async (name?: string, { asGuest = false, messenger = 'pigeon' } = {}) => {
      const sender = { messenger, scope: '', externalId: newId(), channelId: newId(), name, asGuest };
      const [one] = await database.transaction((tx) => get(ContactBook).identify(tx, [sender]));
      return { identityId: one!.identityId, contactId: one!.contactId ?? '', externalId: sender.externalId };
    },
    somebodyWaits: storage.somebodyWaits,
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
