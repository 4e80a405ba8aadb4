import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, isId } from '#database';
import { Jobs } from '#jobs';
import { cleanName } from '#messenger-kit';
import { ContactNews } from '../contact/contact-news.js';
import { wordsOf } from '../contact/words.js';
import { ProfileSource } from '../ports.js';
import { IdentityRepository } from './identity.repository.js';

export const PROFILE_JOB = 'contacts.profile';

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

  /** Rejects when the messenger could not be asked; the job is then tried again. Repeating it is harmless. */
  async run(payload: unknown): Promise<void> {
    if (!isProfileRequest(payload)) throw new Error(`A job of ${PROFILE_JOB} names no identity and channel`);
    const { identityId, channelId } = payload;
    const identity = await this.identities.named(this.database, identityId);
    if (!identity || identity.name) return;
    const profile = await this.profiles.read(channelId, { scope: identity.scope, externalId: identity.externalId });
    await this.keep(identityId, cleanName(profile?.name) ?? null);
  }

  private keep(identityId: string, name: string | null): Promise<void> {
    return this.database.transaction(async (tx) => {
      const changed = await this.identities.applyProfile(tx, identityId, name, wordsOf({ name }));
      if (changed) await this.news.changed(tx, { id: changed.contactId, name });
    });
  }
}

function isProfileRequest(payload: unknown): payload is ProfileRequest {
  if (typeof payload !== 'object' || payload === null) return false;
  return 'identityId' in payload && isId(payload.identityId) && 'channelId' in payload && isId(payload.channelId);
}
