import { Module, type DynamicModule } from '@nestjs/common';
import { ApiKitModule } from '#api-kit';
import { AttachmentsModule } from '#attachments';
import { ChatsModule } from '#chats';
import { ContactsModule } from '#contacts';
import { DatabaseModule } from '#database';
import { EventReadingModule, EventsModule } from '#events';
import { IdentityModule } from '#identity';
import { JobsModule } from '#jobs';
import { MessagingModule } from '#messaging';
import { MessengersModule } from '#messengers';
import { ChannelCareModule, RegistrationModule } from '#registration';
import { ReportingModule } from '#reporting';
import { WebhooksModule } from '#webhooks';
import type { Config } from './config.js';
import { attachmentsIn } from './data-dir.js';
import { MessengerSettingsModule } from './messenger-settings.module.js';
import { SystemModule } from './system/system.module.js';

export interface AppOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly keys: readonly string[];
  /** What messengers and browsers call us by. */
  readonly publicUrl: string;
  /** false: nothing is connected; only the shape of the API is wanted. */
  readonly connect?: boolean;
}

/** The list of rooms. */
@Module({})
export class AppModule {
  static forRoot(options: AppOptions): DynamicModule {
    const { config, databaseUrl: url, keys, publicUrl, connect = true } = options;
    const { values } = config;
    const worksInBackground = values.NODE_ROLE !== 'web';
    return {
      module: AppModule,
      imports: [
        DatabaseModule.forRoot({
          url,
          poolSize: values.PARLEY_POOL_SIZE,
          receivingPoolSize: values.PARLEY_RECEIVING_POOL_SIZE,
          keys: [...keys],
          connect,
        }),
        ApiKitModule,
        JobsModule.forRoot({ url, enabled: worksInBackground, concurrency: values.PARLEY_JOB_CONCURRENCY, connect }),
        IdentityModule,
        EventsModule,
        EventReadingModule.forRoot({
          keepDays: values.PARLEY_EVENT_DAYS,
          listenUrl: connect ? (values.PARLEY_DIRECT_DATABASE_URL ?? url) : undefined,
        }),
        MessengerSettingsModule.forRoot(config),
        MessengersModule,
        RegistrationModule.forRoot({ publicUrl }),
        ContactsModule,
        AttachmentsModule.forRoot({
          directory: attachmentsIn(config.dataDir),
          maxBytes: values.PARLEY_ATTACHMENT_MAX_BYTES,
          s3: config.s3,
        }),
        ChatsModule,
        MessagingModule.forRoot({
          deliver: worksInBackground,
          takeWebhooks: values.NODE_ROLE !== 'worker',
          rawBodyDays: values.PARLEY_RAW_BODY_DAYS,
          expireAfterMs: values.PARLEY_MESSAGE_EXPIRE_HOURS * 3_600_000,
        }),
        ReportingModule,
        ChannelCareModule,
        WebhooksModule.forRoot({
          deliver: worksInBackground && connect,
          allowedOrigins: values.PARLEY_HTTP_ALLOWED_ORIGINS,
          logDays: values.PARLEY_EVENT_DAYS + 1,
        }),
        SystemModule,
      ],
    };
  }
}
