import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, isId } from '#database';
import { Jobs } from '#jobs';
import { cleanName } from '#messenger-kit';
import { ContactNews } from '../contact/contact-news.js';
import { wordsOf } from '../contact/words.js';
import { ProfileSource } from '../ports.js';
import { IdentityRepository, type NamedIdentity, type ToldName } from './identity.repository.js';

export const PROFILE_JOB = 'contacts.profile';
/** A job asks for so many: most of what one costs is the job itself. */
export const PEOPLE_A_JOB = 16;

export interface ProfileRequest {
  readonly identityId: string;
  readonly channelId: string;
}

/** Fetches the names of people who came without one. A name that is there already, from whomever, is never replaced. */
@Injectable()
export class ProfileJob implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly identities: IdentityRepository,
    private readonly profiles: ProfileSource,
    private readonly news: ContactNews,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.define(PROFILE_JOB, (payload) => this.run(payload));
  }

  /**
   * Takes requests; answers for each of them, rejected where the messenger could not be asked: those are tried again.
   * Repeating is harmless.
   */
  async run(payload: unknown): Promise<Promise<void>[]> {
    // Jobs of earlier versions are one request.
    const requests = Array.isArray(payload) ? payload : [payload];
    if (!requests.every(isProfileRequest)) throw new Error(`A job of ${PROFILE_JOB} names no identity and channel`);
    const found = await this.identities.named(
      this.database,
      requests.map(({ identityId }) => identityId),
    );
    const nameless = new Map(found.filter(({ name }) => !name).map((identity) => [identity.id, identity]));
    const names: ToldName[] = [];
    const failures = new Map<string, Error>();
    for (const [channelId, people] of byChannel(requests, nameless)) {
      const recipients = people.map(({ scope, externalId }) => ({ scope, externalId }));
      // A channel that is in no state to be asked keeps nobody of another one from being told.
      const [asked] = await Promise.allSettled([this.profiles.read(channelId, recipients)]);
      const profiles = asked.status === 'fulfilled' ? asked.value : recipients.map(() => asked);
      profiles.forEach((profile, index) => {
        const { id } = people[index]!;
        if (profile.status === 'rejected') return failures.set(id, errorOf(profile.reason));
        const name = cleanName(profile.value?.name) ?? null;
        names.push({ identityId: id, name, words: wordsOf({ name }) });
      });
    }
    if (names.length > 0) await this.keep(names);
    const outcomes = requests.map(({ identityId }) => outcomeOf(failures.get(identityId)));
    if (!Array.isArray(payload)) await outcomes[0];
    return outcomes;
  }

  private keep(names: readonly ToldName[]): Promise<void> {
    return this.database.transaction(async (tx) => {
      await this.news.changed(tx, ...(await this.identities.applyNames(tx, names)));
    });
  }
}

function byChannel(requests: readonly ProfileRequest[], nameless: ReadonlyMap<string, NamedIdentity>) {
  const channels = new Map<string, NamedIdentity[]>();
  for (const { identityId, channelId } of requests) {
    const identity = nameless.get(identityId);
    if (identity) channels.set(channelId, [...(channels.get(channelId) ?? []), identity]);
  }
  return channels;
}

function errorOf(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function outcomeOf(failure: Error | undefined): Promise<void> {
  if (failure === undefined) return Promise.resolve();
  const outcome = Promise.reject<void>(failure);
  // Heard by whoever looks at it; not before somebody does by the whole process.
  outcome.catch(() => undefined);
  return outcome;
}

function isProfileRequest(payload: unknown): payload is ProfileRequest {
  if (typeof payload !== 'object' || payload === null) return false;
  return 'identityId' in payload && isId(payload.identityId) && 'channelId' in payload && isId(payload.channelId);
}
