import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventsModule } from '#events';
import { ChannelAdministration } from './channel-administration.js';
import { ChannelRecords } from './channel-records.js';
import { ChannelViews } from './channel-view.js';
import { ChannelSecrets } from './channel-secrets.js';
import { Channel } from './channel.entity.js';
import { ChannelRepository } from './channel.repository.js';
import { ChannelsController } from './channels.controller.js';
import { Channels } from './channels.js';
import { MessengerCatalogue } from './messenger-catalogue.js';
import { MessengersController } from './messengers.controller.js';
import { ReceivingChannels } from './receiving-channels.js';
import { Registration } from './registration.js';
import { RotationController } from './rotation/rotation.controller.js';
import { RotationRecords } from './rotation/rotation-records.js';
import { SecretRotation } from './rotation/secret-rotation.js';
import { SIGN_IN } from './sign-in/sign-in-providers.js';
import { SignInController } from './sign-in/sign-in.controller.js';
import { PUBLIC_URL, WebhookAddresses } from './webhook-addresses.js';
import { WebhookProbe } from './webhook-probe.js';

export interface RegistrationOptions {
  /** What messengers call us by. */
  readonly publicUrl: string;
}

/** Global, like what it needs: `DatabaseModule`, `ApiKitModule`, the `MessengerRegistry`, and the port `ChannelPictures` from above. */
@Module({})
export class RegistrationModule {
  static forRoot({ publicUrl }: RegistrationOptions): DynamicModule {
    return {
      module: RegistrationModule,
      global: true,
      imports: [TypeOrmModule.forFeature([Channel]), EventsModule],
      controllers: [ChannelsController, MessengersController, RotationController, SignInController],
      providers: [
        { provide: PUBLIC_URL, useValue: publicUrl },
        ChannelAdministration,
        ChannelRecords,
        ChannelRepository,
        Channels,
        ChannelSecrets,
        ChannelViews,
        MessengerCatalogue,
        ReceivingChannels,
        Registration,
        RotationRecords,
        SecretRotation,
        ...SIGN_IN,
        WebhookAddresses,
        WebhookProbe,
      ],
      // The last ones are for `ChannelCareModule` alone: the front door does not show them.
      exports: [
        Channels,
        ReceivingChannels,
        Registration,
        WebhookProbe,
        ChannelRepository,
        ChannelSecrets,
        PUBLIC_URL,
        WebhookAddresses,
      ],
    };
  }
}
