import { Module, type DynamicModule } from '@nestjs/common';
import { ChatsModule, SeenSignal } from '#chats';
import { ContactsModule, ProfileSource } from '#contacts';
import { EventsModule } from '#events';
import { ChannelUse } from '#registration';
import { CatchUp } from './catch-up.js';
import { MessengerChannelUse } from './channel-use.js';
import { ChannelUseRepository } from './channel-use.repository.js';
import { FollowUp } from './inbox/follow-up.js';
import { Inbox } from './inbox/inbox.js';
import { Receiver } from './inbox/receiver.js';
import { LedgerController } from './ledger/ledger.controller.js';
import { Ledger } from './ledger/ledger.js';
import { LedgerRepository } from './ledger/ledger.repository.js';
import { RawBodies } from './ledger/raw-bodies.repository.js';
import { UnclaimedEventsController } from './ledger/unclaimed-events.controller.js';
import { MessageManager } from './message-manager.js';
import { MessagesController } from './messages.controller.js';
import { MessagingOptions } from './messaging-options.js';
import { Acknowledgements } from './outbox/acknowledgements.js';
import { BacklogMetrics } from './outbox/backlog-metrics.js';
import { BacklogRepository } from './outbox/backlog.repository.js';
import { ChatSignals } from './outbox/chat-signals.js';
import { MessageFatesController } from './outbox/message-fates.controller.js';
import { OUTBOX } from './outbox/outbox-providers.js';
import { SentMessagesController } from './outbox/sent-messages.controller.js';
import { StartChatController } from './outbox/start-chat.controller.js';
import { TypingController } from './outbox/typing.controller.js';
import { POLLING } from './polling/polling-providers.js';
import { REPLAY } from './replay/replay-providers.js';
import { ReplayController } from './replay/replay.controller.js';
import { MessengerProfiles } from './profile-source.js';
import { UnifiedIntake } from './unified/unified-intake.js';
import { UnifiedMessagesController } from './unified/unified-messages.controller.js';
import { UnifiedRepository } from './unified/unified.repository.js';
import { ReceivingMetrics } from './webhook/receiving-metrics.js';
import { WebhookDoor } from './webhook/webhook-door.js';
import { WebhookVerificationController } from './webhook/webhook-verification.controller.js';
import { WebhookWays } from './webhook/webhook-ways.js';

/** Global for the ports it provides to rooms below: `ChannelUse` of registration, `ProfileSource` of contacts, `SeenSignal` of chats. */
@Module({})
export class MessagingModule {
  static forRoot(options: Partial<MessagingOptions> = {}): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      imports: [ChatsModule, ContactsModule, EventsModule],
      controllers: [
        MessagesController,
        MessageFatesController,
        SentMessagesController,
        StartChatController,
        TypingController,
        UnifiedMessagesController,
        LedgerController,
        UnclaimedEventsController,
        ReplayController,
        WebhookVerificationController,
      ],
      providers: [
        { provide: MessagingOptions, useValue: new MessagingOptions(options) },
        { provide: ChannelUse, useClass: MessengerChannelUse },
        { provide: ProfileSource, useClass: MessengerProfiles },
        { provide: SeenSignal, useExisting: ChatSignals },
        ...OUTBOX,
        ...POLLING,
        ...REPLAY,
        BacklogMetrics,
        BacklogRepository,
        CatchUp,
        ChannelUseRepository,
        FollowUp,
        Inbox,
        Ledger,
        LedgerRepository,
        MessageManager,
        RawBodies,
        Receiver,
        ReceivingMetrics,
        UnifiedIntake,
        UnifiedRepository,
        WebhookDoor,
        WebhookWays,
      ],
      exports: [Acknowledgements, ChannelUse, ChatSignals, MessageManager, ProfileSource, RawBodies, SeenSignal],
    };
  }
}
