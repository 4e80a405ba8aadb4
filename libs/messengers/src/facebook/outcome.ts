import type {
  OutcomeMessageWorker,
  OutgoingMessage,
  PolicyContext,
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
import { fileForm, textBody } from './send-body.js';

const POWERS = ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply', 'react', 'typing', 'mark_seen'] as const;

const FILE_MISSING = {
  kind: 'rejected',
  class: 'permanent',
  code: 'file_missing',
  sentence: 'The file is not there any more.',
} as const;

/** https://developers.facebook.com/docs/messenger-platform/reference/send-api */
export class FacebookOutcome implements OutcomeMessageWorker {
  readonly powers = POWERS;
  /** Meta takes bursts of 300 a second for a Page, and limits what goes to one person without saying how. */
  readonly pace = { perSecond: 250, perRecipient: { perSecond: 5, burst: 10 } };
  readonly maxTextLength = MAX_TEXT;
  readonly echoes = true;
  readonly expand = expand;
  readonly refusal = refusal;
  private readonly edge: MessagesEdge;

  constructor(
    api: GraphApi,
    /** Whether Meta has granted our app the Human Agent feature. */
    private readonly humanAgentTag = false,
  ) {
    this.edge = new MessagesEdge(api, MEANINGS, 'pageToken');
  }

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const refused = this.refusal(message.content);
    if (refused) return { kind: 'rejected', class: 'permanent', ...refused };
    const [file] = message.files;
    if (!file && message.content.attachments?.length) return FILE_MISSING;
    const { tag } = this.policy({ ...context, now: new Date() });
    const to = context.recipient.externalId;
    const payload = file ? { form: await fileForm(message, file, to, tag) } : { json: textBody(message, to, tag) };
    return this.edge.send(payload, context);
  }

  policy(context: PolicyContext): SendPolicy {
    const { powers, humanAgentTag } = this;
    return policyWithin({ names: MEANINGS.names, powers, humanAgentTag }, context);
  }

  async react(externalId: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    if (!isMid(externalId)) {
      const sentence = 'Facebook knows no message here that could be reacted to.';
      return { kind: 'rejected', class: 'permanent', code: 'no_message', sentence };
    }
    const payload = { message_id: externalId, ...(emoji !== undefined && { reaction: emoji }) };
    return this.edge.act({ sender_action: emoji === undefined ? 'unreact' : 'react', payload }, context);
  }

  async typing(context: SendContext): Promise<RequestVerdict> {
    return this.edge.act({ sender_action: 'typing_on' }, context);
  }

  async markSeen(context: SendContext): Promise<RequestVerdict> {
    return this.edge.act({ sender_action: 'mark_seen' }, context);
  }
}
