import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { GuardedHttp, MESSENGER_SETTINGS, MessengerRegistry, type MessengerSettings } from '#messenger-kit';
import { messengers } from './messengers.js';

/** Origins somebody configured on purpose (Meta's, Telegram's, a simulator's) are allowed as they are. */
function configuredUrls(settings: MessengerSettings): string[] {
  return Object.values(settings)
    .flatMap((one) => Object.values(one))
    .flatMap((value) => value?.split(/\s+/) ?? [])
    .filter((value) => /^https?:\/\//i.test(value) && URL.canParse(value));
}

function registryOf(settings: MessengerSettings, http: GuardedHttp): MessengerRegistry {
  return new MessengerRegistry(
    new Map(Object.entries(messengers).map(([key, Kind]) => [key, new Kind(settings[key] ?? {}, http)])),
  );
}

/** Provides `MessengerRegistry` and `GuardedHttp` everywhere. Needs `MESSENGER_SETTINGS` from a global module. */
@Global()
@Module({
  providers: [
    {
      provide: GuardedHttp,
      inject: [MESSENGER_SETTINGS],
      useFactory: (settings: MessengerSettings) => new GuardedHttp({ trustedOrigins: configuredUrls(settings) }),
    },
    { provide: MessengerRegistry, inject: [MESSENGER_SETTINGS, GuardedHttp], useFactory: registryOf },
  ],
  exports: [GuardedHttp, MessengerRegistry],
})
export class MessengersModule implements OnApplicationShutdown {
  constructor(@Inject(GuardedHttp) private readonly http: GuardedHttp) {}

  /** After everybody had the chance to finish (`beforeApplicationShutdown`). */
  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }
}
