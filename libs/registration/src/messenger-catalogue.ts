import { Injectable } from '@nestjs/common';
import { type Messenger, MessengerRegistry } from '#messenger-kit';
import type { MessengerList, MessengerView } from './messengers.dto.js';
import { WebhookAddresses } from './webhook-addresses.js';

/** What this server speaks, and what each messenger can do. */
@Injectable()
export class MessengerCatalogue {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly addresses: WebhookAddresses,
  ) {}

  async list(): Promise<MessengerList> {
    const entries = this.messengers.entries();
    return { data: await Promise.all(entries.map(([key, messenger]) => this.view(key, messenger))) };
  }

  private async view(key: string, { registration, outcome, profile, signIn }: Messenger): Promise<MessengerView> {
    const unavailableReason = registration.unavailable?.() ?? null;
    return {
      messenger: key,
      available: unavailableReason === null,
      unavailableReason,
      credentialFields: registration.credentialFields.map(({ name, description }) => ({ name, description })),
      signsIn: signIn !== undefined,
      signInCallbackUrl: signIn ? this.addresses.signInCallback(key) : null,
      webhookUrl: registration.callback === 'app' ? await this.addresses.appUrl(key) : null,
      maxTextLength: outcome.maxTextLength,
      readsProfiles: profile !== undefined,
    };
  }
}
