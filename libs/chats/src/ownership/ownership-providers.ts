import { ChangeOfHands } from './change-of-hands.js';
import { ChatStarts } from './chat-starts.js';
import { Handover } from './handover.js';
import { HoldingRepository } from './holding.repository.js';
import { Ownerships } from './ownerships.js';
import { ReleaseChat } from './release-chat.js';
import { StartRepository } from './start.repository.js';
import { StretchRepository } from './stretch.repository.js';
import { TakeOverChat } from './take-over-chat.js';
import { TransferChat } from './transfer-chat.js';

/** All about whose a chat is. */
export const OWNERSHIP = [
  ChangeOfHands,
  ChatStarts,
  Handover,
  HoldingRepository,
  Ownerships,
  ReleaseChat,
  StartRepository,
  StretchRepository,
  TakeOverChat,
  TransferChat,
];
