import { Module, type DynamicModule } from '@nestjs/common';
import { MESSENGER_SETTINGS, type MessengerSettings } from '#messenger-kit';
import type { messengers } from '#messengers';
import type { Config } from './config.js';

/** By the keys of the list and no others: what is told to a key that nobody has would be heard by nobody. */
type SettingsOfMessengers = Partial<Record<keyof typeof messengers, MessengerSettings[string]>>;

/** Global: what the configuration says to each messenger, by its key. */
@Module({})
export class MessengerSettingsModule {
  static forRoot({ values }: Config): DynamicModule {
    const meta = {
      graphUrl: values.PARLEY_GRAPH_URL,
      graphVersion: values.PARLEY_GRAPH_VERSION,
      appId: values.PARLEY_META_APP_ID,
      appSecret: values.PARLEY_META_APP_SECRET.join(' '),
      verifyToken: values.PARLEY_META_VERIFY_TOKEN,
    };
    const settings: SettingsOfMessengers = {
      facebook: {
        ...meta,
        dialogUrl: values.PARLEY_FACEBOOK_DIALOG_URL,
        businessPages: values.PARLEY_META_BUSINESS_PAGES,
        humanAgentTag: values.PARLEY_META_HUMAN_AGENT,
      },
      http: { allowedOrigins: values.PARLEY_HTTP_ALLOWED_ORIGINS.join(' ') },
      instagram: {
        graphUrl: values.PARLEY_INSTAGRAM_GRAPH_URL,
        apiUrl: values.PARLEY_INSTAGRAM_API_URL,
        dialogUrl: values.PARLEY_INSTAGRAM_DIALOG_URL,
        graphVersion: values.PARLEY_GRAPH_VERSION,
        appId: values.PARLEY_INSTAGRAM_APP_ID,
        appSecret: values.PARLEY_INSTAGRAM_APP_SECRET.join(' '),
        metaAppId: values.PARLEY_META_APP_ID,
        metaAppSecret: values.PARLEY_META_APP_SECRET.join(' '),
        verifyToken: values.PARLEY_META_VERIFY_TOKEN,
        humanAgentTag: values.PARLEY_META_HUMAN_AGENT,
      },
      line: { apiUrl: values.PARLEY_LINE_API_URL, dataUrl: values.PARLEY_LINE_DATA_URL },
      telegram: { apiUrl: values.PARLEY_TELEGRAM_API_URL },
      viber: { apiUrl: values.PARLEY_VIBER_API_URL },
      whatsapp: meta,
    };
    const provider = { provide: MESSENGER_SETTINGS, useValue: settings };
    return { module: MessengerSettingsModule, global: true, providers: [provider], exports: [provider] };
  }
}
