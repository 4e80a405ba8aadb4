import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AttachmentAccess } from '#attachments';
import { AudienceQueues, EventsModule } from '#events';
import { ContactsModule, ContactVisibility } from '#contacts';
import { Departures } from '#identity';
import { ActionController } from './action/action.controller.js';
import { Action } from './action/action.entity.js';
import { ACTIONS } from './action/action-providers.js';
import { ActionRunController } from './action/action-run.controller.js';
import { ChatActionController } from './action/chat-action.controller.js';
import { AgentController } from './agent/agent.controller.js';
import { AGENTS } from './agent/agent-providers.js';
import { AgentStateController } from './agent/agent-state.controller.js';
import { StateChanges } from './agent/state-changes.js';
import { MyStateController } from './agent/my-state.controller.js';
import { ChangeRepository } from './change/change.repository.js';
import { ChangeWritesRepository } from './change/change-writes.repository.js';
import { MessageChanges } from './change/message-changes.js';
import { ReceiptsRepository } from './change/receipts.repository.js';
import { SceneFiles } from './change/scene-files.js';
import { SceneLoader } from './change/scene-loader.js';
import { SceneWriter } from './change/scene-writer.js';
import { FileReferences } from './change/file-references.js';
import { WaitingChangesRepository } from './change/waiting-changes.repository.js';
import { WaitingSweep } from './change/waiting-sweep.js';
import { AcceptChat } from './chat/accept-chat.js';
import { ChatAccess } from './chat/chat-access.js';
import { ChatAccessRepository } from './chat/chat-access.repository.js';
import { ChatController } from './chat/chat.controller.js';
import { ChatHistoryRepository } from './chat/chat-history.repository.js';
import { ChatList } from './chat/chat-list.js';
import { ChatListRepository } from './chat/chat-list.repository.js';
import { ChatRepository } from './chat/chat.repository.js';
import { ChatViews } from './chat/chat-views.js';
import { CloseChat } from './chat/close-chat.js';
import { AttachmentsOfChats } from './chat/attachment-access.repository.js';
import { ContactsOfChats } from './chat/contact-visibility.repository.js';
import { MarkChatAsRead } from './chat/mark-chat-as-read.js';
import { PositionRepository } from './chat/position.repository.js';
import { UnreadController } from './chat/unread.controller.js';
import { UnreadCounts } from './chat/unread-counts.js';
import { UnreadRepository } from './chat/unread.repository.js';
import { Creation } from './creation.js';
import { DraftController } from './draft/draft.controller.js';
import { DRAFTS } from './draft/draft-providers.js';
import { ChatIntake } from './intake/chat-intake.js';
import { IntakeRepository } from './intake/intake.repository.js';
import { LIFE } from './life/life-providers.js';
import { Conversation } from './message/conversation.js';
import { ConversationChatsRepository } from './message/conversation-chats.repository.js';
import { MessageController } from './message/message.controller.js';
import { MessageRepository } from './message/message.repository.js';
import { MessageViews } from './message/message-views.js';
import { NoteController } from './note/note.controller.js';
import { NOTES } from './note/note-providers.js';
import { Deliveries } from './outgoing/deliveries.js';
import { DeliveriesRepository } from './outgoing/deliveries.repository.js';
import { OutgoingMessages } from './outgoing/outgoing-messages.js';
import { OutgoingRepository } from './outgoing/outgoing.repository.js';
import { OutgoingTargets } from './outgoing/outgoing-targets.js';
import { OutgoingTargetsRepository } from './outgoing/outgoing-targets.repository.js';
import { SystemLines } from './outgoing/system-lines.repository.js';
import { ChatStarts } from './ownership/chat-starts.js';
import { OWNERSHIP } from './ownership/ownership-providers.js';
import { OwnershipController } from './ownership/ownership.controller.js';
import { QueuesOfAgents } from './queue/audience-queues.repository.js';
import { PresenceController } from './presence/presence.controller.js';
import { PRESENCE } from './presence/presence-providers.js';
import { QUEUE_TEXTS } from './queue-text/queue-text-providers.js';
import { DueTexts } from './queue-text/due-texts.js';
import { QueueNews } from './queue/queue-news.js';
import { QueueAgentController } from './queue/queue-agent.controller.js';
import { QueueAgentRepository } from './queue/queue-agent.repository.js';
import { QueueAgents } from './queue/queue-agents.js';
import { QueueController } from './queue/queue.controller.js';
import { Queue } from './queue/queue.entity.js';
import { QueueRepository } from './queue/queue.repository.js';
import { Queues } from './queue/queues.js';
import { QuickReplyController } from './quick-reply/quick-reply.controller.js';
import { QUICK_REPLIES } from './quick-reply/quick-reply-providers.js';
import { ROUTING } from './routing/routing-providers.js';
import { RoutingController } from './routing/routing.controller.js';
import { ContactTimeline } from './timeline/contact-timeline.js';
import { TimelineController } from './timeline/timeline.controller.js';
import { TIMELINE } from './timeline/timeline-providers.js';
import { RoutingRulesController } from './routing/routing-rules.controller.js';
import { ChatTagController } from './tag/chat-tag.controller.js';
import { TagController } from './tag/tag.controller.js';
import { TAGS } from './tag/tag-providers.js';

const queues = [Queues, QueueRepository, QueueAgents, QueueAgentRepository, QueueNews, Creation];
const chats = [
  AcceptChat,
  ChatAccess,
  ChatAccessRepository,
  ChatHistoryRepository,
  ChatList,
  ChatListRepository,
  ChatRepository,
  ChatViews,
  CloseChat,
  MarkChatAsRead,
  PositionRepository,
  UnreadCounts,
  UnreadRepository,
];
const messages = [
  ChatIntake,
  IntakeRepository,
  Conversation,
  ConversationChatsRepository,
  MessageRepository,
  MessageViews,
];
const changes = [
  ChangeRepository,
  ChangeWritesRepository,
  MessageChanges,
  ReceiptsRepository,
  SceneFiles,
  SceneLoader,
  SceneWriter,
  FileReferences,
  WaitingChangesRepository,
  WaitingSweep,
];
const outgoing = [
  Deliveries,
  DeliveriesRepository,
  OutgoingMessages,
  OutgoingRepository,
  OutgoingTargets,
  OutgoingTargetsRepository,
  SystemLines,
];

/** Global for the ports it provides to rooms below: `ContactVisibility` of contacts, `AttachmentAccess` of attachments, `AudienceQueues` of events. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([Queue, Action]), ContactsModule, EventsModule],
  controllers: [
    QueueController,
    QueueAgentController,
    ActionController,
    ActionRunController,
    AgentController,
    AgentStateController,
    MyStateController,
    UnreadController,
    ChatActionController,
    MessageController,
    ChatController,
    RoutingController,
    RoutingRulesController,
    OwnershipController,
    NoteController,
    TagController,
    ChatTagController,
    DraftController,
    PresenceController,
    QuickReplyController,
    TimelineController,
  ],
  providers: [
    { provide: ContactVisibility, useClass: ContactsOfChats },
    { provide: AttachmentAccess, useClass: AttachmentsOfChats },
    { provide: AudienceQueues, useClass: QueuesOfAgents },
    { provide: Departures, useExisting: StateChanges },
    ...queues,
    ...ACTIONS,
    ...AGENTS,
    ...chats,
    ...messages,
    ...changes,
    ...outgoing,
    ...OWNERSHIP,
    ...LIFE,
    ...QUEUE_TEXTS,
    ...ROUTING,
    ...NOTES,
    ...TAGS,
    ...DRAFTS,
    ...PRESENCE,
    ...QUICK_REPLIES,
    ...TIMELINE,
  ],
  exports: [
    AttachmentAccess,
    AudienceQueues,
    ContactVisibility,
    Departures,
    ChatAccess,
    ChatIntake,
    ChatStarts,
    ChatViews,
    CloseChat,
    ContactTimeline,
    Conversation,
    Deliveries,
    DueTexts,
    MessageChanges,
    OutgoingMessages,
    OutgoingTargets,
    SystemLines,
  ],
})
export class ChatsModule {}
