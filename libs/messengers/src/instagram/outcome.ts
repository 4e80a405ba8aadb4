import type {
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
  Rejected,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
} from '#messenger-kit';
import type { GraphApi } from '../meta/graph-api.js';
import { isMid } from '../meta/messaging/item.js';
import { MessagesEdge } from '../meta/messaging/messages-edge.js';
import { policyWithin } from '../meta/messaging/window.js';
import { MEANINGS } from './errors.js';
import { expand, MAX_TEXT, refusal } from './limits.js';
import { bodyOf } from './send-body.js';

const POWERS = ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply', 'react', 'typing', 'mark_seen'] as const;

export interface SendSettings {
  /** Whether Meta has granted our app the Human Agent feature. */
  readonly humanAgentTag: boolean;
  /** Whether files have to lie under https: they are fetched by Instagram, and not by a stand-in for it. */
  readonly needsHttps: boolean;
}

/** https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api */
export class InstagramOutcome implements OutcomeMessageWorker {
  readonly powers = POWERS;
  /** Meta takes bursts of 300 a second for an account, and limits what goes to one person without saying how. */
  readonly pace = { perSecond: 250, perRecipient: { perSecond: 5, burst: 10 } };
  readonly maxTextLength = MAX_TEXT;
  /** They do not bring our id back, but are known by what they say. */
  readonly echoes = true;
  readonly expand = expand;
  readonly refusal = refusal;
  private readonly edge: MessagesEdge;

  constructor(
    api: GraphApi,
    private readonly settings: SendSettings,
  ) {
    this.edge = new MessagesEdge(api, MEANINGS, 'accessToken');
  }

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const refused = this.refusal(message.content) ?? this.obstacleOf(message);
    if (refused) return { kind: 'rejected', class: 'permanent', ...refused };
    const { tag } = this.policy({ ...context, now: new Date() });
    return this.edge.send({ json: bodyOf(message, context.recipient.externalId, tag) }, context);
  }

  policy(context: PolicyContext): SendPolicy {
    const { humanAgentTag } = this.settings;
    return policyWithin({ names: MEANINGS.names, powers: this.powers, humanAgentTag }, context);
  }

  async react(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    if (!isMid(externalId)) return NO_MESSAGE;
    if (emoji === undefined) {
      return this.edge.act({ sender_action: 'unreact', payload: { message_id: externalId } }, context);
    }
    if (!HEARTS.has(emoji)) return ONLY_HEARTS;
    const payload = { message_id: externalId, reaction: 'love' };
    return this.edge.act({ sender_action: 'react', payload }, context);
  }

  async typing(context: SendContext): Promise<RequestVerdict> {
    return this.edge.act({ sender_action: 'typing_on' }, context);
  }

  async markSeen(context: SendContext): Promise<RequestVerdict> {
    return this.edge.act({ sender_action: 'mark_seen' }, context);
  }

  private obstacleOf({ content, files }: OutgoingMessage) {
    if ((content.attachments?.length ?? 0) > files.length) {
      return { code: 'file_missing', sentence: 'The file is not there any more.' };
    }
    if (!this.settings.needsHttps || files.every(({ link }) => link.startsWith('https://'))) return undefined;
    const sentence = 'Instagram fetches files from this server, which needs an https address (PARLEY_PUBLIC_URL).';
    return { code: 'link_not_https', sentence };
  }
}

const HEARTS = new Set(['❤️', '❤']);

const NO_MESSAGE: Rejected = {
  kind: 'rejected',
  class: 'permanent',
  code: 'no_message',
  sentence: 'Instagram knows no message here that could be reacted to.',
};

const ONLY_HEARTS: Rejected = {
  kind: 'rejected',
  class: 'permanent',
  code: 'reaction_not_supported',
  sentence: 'From a program Instagram takes no other reaction than ❤️.',
};
