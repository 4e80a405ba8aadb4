import { ChatQuickReplies } from './chat-quick-replies.js';
import { QuickReplies } from './quick-replies.js';
import { QuickReplyRepository } from './quick-reply.repository.js';

/** Texts kept for being said again. */
export const QUICK_REPLIES = [ChatQuickReplies, QuickReplies, QuickReplyRepository];
