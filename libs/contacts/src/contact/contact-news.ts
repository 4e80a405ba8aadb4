import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { type Audience, EventLog } from '#events';
import { ContactVisibility } from '../ports.js';
import type { Contact } from './contact.entity.js';

/** What agents are told about contacts: those whose open chats it concerns, and those who see everyone. */
@Injectable()
export class ContactNews {
  constructor(
    private readonly visibility: ContactVisibility,
    private readonly events: EventLog,
  ) {}

  async changed(tx: Tx, { id: contactId, name }: Pick<Contact, 'id' | 'name'>): Promise<void> {
    const audience = await this.audienceOf(tx, contactId);
    await this.events.record(tx, [{ type: 'contact.changed', at: new Date(), audience, data: { contactId, name } }]);
  }

  private async audienceOf(tx: Tx, contactId: string): Promise<Audience> {
    return { ...(await this.visibility.audienceOf(tx, contactId)), roles: ['supervisor', 'admin'] };
  }
}
