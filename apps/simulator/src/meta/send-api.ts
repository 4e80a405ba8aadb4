import type { Bubble, Conversations } from '../conversations.js';
import type { Call } from '../http/call.js';
import { Fields, isRecord } from '../http/fields.js';
import { randomText } from '../ids.js';
import { checkMessage } from './check-message.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { Meta } from './meta.js';
import type { MetaPage } from './meta-page.js';
import type { Token } from './tokens.js';

const TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY'];
const ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];

export interface Sent {
  readonly recipient_id: string;
  readonly message_id?: string;
}

/** `POST /{page}/messages`: checks as Meta does, shows the message on the person's phone, sends the echo. */
export class SendApi {
  constructor(
    private readonly meta: Meta,
    private readonly conversations: Conversations,
    private readonly deliveryReceipts: boolean,
  ) {}

  send(page: MetaPage, token: Token, call: Call): Sent {
    if (!token.scopes.includes('pages_messaging')) {
      throw new GraphError({
        message: '(#230) Requires pages_messaging permission to manage the object',
        code: 230,
        status: 403,
      });
    }
    const psid = recipientOf(page, call.fields);
    const action = call.fields.text('sender_action');
    if (action !== undefined) {
      if (!ACTIONS.includes(action)) throw invalidParameter('Param sender_action must be one of the known actions');
      return { recipient_id: psid };
    }
    const message = call.fields.object('message');
    checkMessage(message, call.files.length > 0);
    checkWindow(page, psid, call.fields);
    const mid = `m_${randomText(64)}`;
    this.conversations.add(keyOf(page, psid), bubbleOf(mid, message));
    this.echo(page, token, psid, mid, message);
    if (this.deliveryReceipts) this.reportDelivery(page, psid, mid);
    return { recipient_id: psid, message_id: mid };
  }

  private echo(page: MetaPage, token: Token, psid: string, mid: string, message: Fields): void {
    const metadata = message.text('metadata');
    const text = message.text('text');
    const attachment = message.object('attachment')?.values;
    const content = {
      mid,
      is_echo: true,
      app_id: Number(token.app.id),
      ...(metadata !== undefined && { metadata }),
      ...(text !== undefined && { text }),
      ...(attachment && { attachments: [attachment] }),
    };
    const item = { sender: { id: page.id }, recipient: { id: psid }, timestamp: Date.now(), message: content };
    this.meta.events.send(page, [item]);
  }

  private reportDelivery(page: MetaPage, psid: string, mid: string): void {
    const delivery = { mids: [mid], watermark: Date.now() };
    this.meta.events.send(page, [{ sender: { id: psid }, recipient: { id: page.id }, delivery }]);
  }
}

function keyOf(page: MetaPage, personId: string) {
  return { messenger: 'facebook', account: page.id, personId } as const;
}

function bubbleOf(mid: string, message: Fields): Bubble {
  const replies = (message.list('quick_replies') ?? []).filter(isRecord).map((reply) => new Fields(reply));
  const buttons = replies.flatMap((reply) => {
    const title = reply.text('title');
    return title === undefined ? [] : [{ title, payload: reply.text('payload') ?? title }];
  });
  const kind = message.object('attachment')?.text('type');
  return {
    id: mid,
    from: 'business',
    text: message.text('text'),
    ...(kind !== undefined && { file: { kind, name: kind } }),
    ...(buttons.length && { buttons }),
    at: Date.now(),
  };
}

function recipientOf(page: MetaPage, fields: Fields): string {
  const psid = fields.object('recipient')?.text('id');
  if (!psid) throw invalidParameter('The parameter recipient is required');
  const standing = page.standing(psid);
  if (standing === 'stranger') throw invalidParameter('No matching user found', 2018001);
  if (standing === 'blocked') {
    const message = "(#551) This person isn't available right now.";
    throw new GraphError({ message, code: 551, subcode: 1545041 });
  }
  return psid;
}

function checkWindow(page: MetaPage, psid: string, fields: Fields): void {
  const type = fields.text('messaging_type');
  if (type === undefined || !TYPES.includes(type)) {
    throw invalidParameter(`Param messaging_type must be one of {${TYPES.join(', ')}}`);
  }
  const tag = fields.text('tag');
  if (type === 'MESSAGE_TAG' && tag !== 'HUMAN_AGENT') throw invalidParameter('Invalid parameter');
  const window = page.window(psid, Date.now());
  if (window === 'standard' || (window === 'human_agent' && type === 'MESSAGE_TAG')) return;
  const message = '(#10) This message is sent outside of allowed window.';
  throw new GraphError({ message, code: 10, subcode: 2018278 });
}
