import { Injectable } from '@nestjs/common';
import type { Page } from '#api-kit';
import { type Messenger, MessengerRegistry } from '#messenger-kit';
import type { MessengerView } from './messengers.dto.js';
import { WebhookAddresses } from './webhook-addresses.js';

/** What this server speaks, and what each messenger can do. */
@Injectable()
export class MessengerCatalogue {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly addresses: WebhookAddresses,
  ) {}

  /** All of them at once: the list is short. */
  async list(): Promise<Page<MessengerView>> {
    const entries = this.messengers.entries();
    const data = await Promise.all(entries.map(([key, messenger]) => this.view(key, messenger)));
    return { data, page: { next: null, prev: null } };
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
