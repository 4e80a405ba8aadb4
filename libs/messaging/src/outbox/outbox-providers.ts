import { Acknowledgements } from './acknowledgements.js';
import { ChannelTrouble } from './channel-trouble.js';
import { ChatSignals } from './chat-signals.js';
import { Deliverer } from './deliverer.js';
import { Expiry } from './expiry.js';
import { LaneRunner } from './lane-runner.js';
import { LaneSteps } from './lane-steps.js';
import { LanesRepository } from './lanes.repository.js';
import { MessageFates } from './message-fates.js';
import { NetworkCall } from './network-call.js';
import { NetworkQuestion } from './network-question.js';
import { Outbox } from './outbox.js';
import { OwnChanges } from './own-changes.js';
import { Pacer } from './pacer.js';
import { QueueTexts } from './queue-texts.js';
import { QueueVoice } from './queue-voice.js';
import { Queueing } from './queueing.js';
import { SentMessages } from './sent-messages.js';
import { StartChat } from './start-chat.js';
import { Ways } from './way.js';

/** All that takes, keeps and delivers outgoing messages. */
export const OUTBOX = [
  Acknowledgements,
  ChannelTrouble,
  ChatSignals,
  Deliverer,
  Expiry,
  LaneRunner,
  LanesRepository,
  LaneSteps,
  MessageFates,
  NetworkCall,
  NetworkQuestion,
  Outbox,
  OwnChanges,
  Pacer,
  Queueing,
  QueueTexts,
  QueueVoice,
  SentMessages,
  StartChat,
  Ways,
];
