import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { type Audience, EventLog, type NewEvent } from '#events';
import { ContactVisibility } from '../ports.js';
import type { Identity } from '../identity/identity.entity.js';
import type { Contact } from './contact.entity.js';

/** What agents are told about contacts: those whose open chats it concerns, and those who see everyone. */
@Injectable()
export class ContactNews {
  constructor(
    private readonly visibility: ContactVisibility,
    private readonly events: EventLog,
  ) {}

  async changed(tx: Tx, ...contacts: readonly Pick<Contact, 'id' | 'name'>[]): Promise<void> {
    if (contacts.length === 0) return;
    const hearers = await this.visibility.audiencesOf(
      tx,
      contacts.map(({ id }) => id),
    );
    const news = contacts.map(({ id: contactId, name }, index): NewEvent => {
      return {
        type: 'contact.changed',
        at: new Date(),
        audience: withBosses(hearers[index]),
        data: { contactId, name },
      };
    });
    await this.events.record(tx, news);
  }

  async merged(tx: Tx, { id: contactId, name }: Contact, mergedId: string): Promise<void> {
    const [hearers] = await this.visibility.audiencesOf(tx, [contactId]);
    const [audience, data] = [withBosses(hearers), { contactId, mergedId, name }];
    await this.events.record(tx, [{ type: 'contact.merged', at: new Date(), audience, data }]);
  }

  /** Whom a person belongs to has changed. */
  async identityChanged(tx: Tx, { id: identityId, name }: Identity, contactId: string | null): Promise<void> {
    const audience = withBosses(await this.visibility.audienceOfIdentity(tx, identityId));
    const data = { identityId, contactId, name };
    await this.events.record(tx, [{ type: 'identity.changed', at: new Date(), audience, data }]);
  }
}

function withBosses(hearers: Audience | undefined): Audience {
  return { ...hearers, roles: ['supervisor', 'admin'] };
}
