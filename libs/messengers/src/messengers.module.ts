import { Global, Module } from '@nestjs/common';
import { GuardedHttp, MESSENGER_SETTINGS, MessengerRegistry, type MessengerSettings } from '#messenger-kit';
import { MessengerClients } from './messenger-clients.js';
import { messengers } from './messengers.js';

/** Actions and webhooks call the operator's own systems, as this messenger does, and may call the same origins. */
const OF_OWN_SYSTEMS = 'http' satisfies keyof typeof messengers;

function registryOf(settings: MessengerSettings, clients: MessengerClients): MessengerRegistry {
  return new MessengerRegistry(
    new Map(Object.entries(messengers).map(([key, Kind]) => [key, new Kind(settings[key] ?? {}, clients.of(key))])),
  );
}

/**
 * Provides `MessengerRegistry` and `GuardedHttp` everywhere, the latter for calls to the operator's own systems. Needs
 * `MESSENGER_SETTINGS` from a global module.
 */
@Global()
@Module({
  providers: [
    MessengerClients,
    {
      provide: GuardedHttp,
      inject: [MessengerClients],
      useFactory: (clients: MessengerClients) => clients.of(OF_OWN_SYSTEMS),
    },
    { provide: MessengerRegistry, inject: [MESSENGER_SETTINGS, MessengerClients], useFactory: registryOf },
  ],
  exports: [GuardedHttp, MessengerRegistry],
})
export class MessengersModule {}
