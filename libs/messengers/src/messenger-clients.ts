import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GuardedHttp, MESSENGER_SETTINGS, type MessengerSettings } from '#messenger-kit';

/**
 * A client for each messenger. It reaches as they are the origins its own settings name (Meta's, a self-hosted Bot API, a
 * simulator), and nobody else's: what one messenger's webhook says leads nowhere that was opened for another.
 */
@Injectable()
export class MessengerClients implements OnApplicationShutdown {
  private readonly clients = new Map<string, GuardedHttp>();

  constructor(@Inject(MESSENGER_SETTINGS) private readonly settings: MessengerSettings) {}

  /** The same one whenever asked. */
  of(messenger: string): GuardedHttp {
    const client = this.clients.get(messenger) ?? new GuardedHttp({ trustedOrigins: this.urlsFor(messenger) });
    this.clients.set(messenger, client);
    return client;
  }

  /** After everybody had the chance to finish (`beforeApplicationShutdown`). */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.clients.values()].map((client) => client.close()));
  }

  private urlsFor(messenger: string): string[] {
    return Object.values(this.settings[messenger] ?? {})
      .flatMap((value) => value?.split(/\s+/) ?? [])
      .filter((value) => /^https?:\/\//i.test(value) && URL.canParse(value));
  }
}
