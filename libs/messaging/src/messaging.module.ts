import { Module, type DynamicModule } from '@nestjs/common';
import { ChatsModule } from '#chats';
import { ContactsModule, ProfileSource } from '#contacts';
import { EventsModule } from '#events';
import { Inbox } from './inbox/inbox.js';
import { Receiver } from './inbox/receiver.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { Ledger } from './ledger/ledger.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { RawBodies } from './ledger/raw-bodies.repository.js';
import { MessageManager } from './message-manager.js';
import { MessagesController } from './messages.controller.js';
import { MessagingOptions } from './messaging-options.js';
import { Deliverer } from './outbox/deliverer.js';
import { LaneRunner } from './outbox/lane-runner.js';
import { LanesRepository } from './outbox/lanes.repository.js';
import { Outbox } from './outbox/outbox.js';
import { MessengerProfiles } from './profile-source.js';
import { ReceivingMetrics } from './webhook/receiving-metrics.js';
import { WebhookDoor } from './webhook/webhook-door.js';
import { WebhookVerificationController } from './webhook/webhook-verification.controller.js';
import { WebhookWays } from './webhook/webhook-ways.js';

/** Global for the port it provides to the room below: `ProfileSource` of contacts. */
@Module({})
export class MessagingModule {
  static forRoot(options: Partial<MessagingOptions> = {}): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      imports: [ChatsModule, ContactsModule, EventsModule],
      controllers: [MessagesController, LedgerController, WebhookVerificationController],
      providers: [
        { provide: MessagingOptions, useValue: new MessagingOptions(options) },
        { provide: ProfileSource, useClass: MessengerProfiles },
        Deliverer,
        Inbox,
        LaneRunner,
        LanesRepository,
        Ledger,
        LedgerRepository,
        MessageManager,
        Outbox,
        RawBodies,
        Receiver,
        ReceivingMetrics,
        WebhookDoor,
        WebhookWays,
      ],
      exports: [MessageManager, ProfileSource],
    };
  }
}
