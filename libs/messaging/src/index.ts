export { MessageManager } from './message-manager.js';
export type { MessagingOptions } from './messaging-options.js';
export { MessagingModule } from './messaging.module.js';
export { InboxUnavailable } from './inbox/waiting.js';
export { MESSAGING_SEALED, RawBodies } from './ledger/raw-bodies.repository.js';
