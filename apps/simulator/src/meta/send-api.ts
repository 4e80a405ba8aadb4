import type { ShownButton } from '../conversations.js';
import { shown } from '../files.js';
import type { Call } from '../http/call.js';
import { Fields, isRecord } from '../http/fields.js';
import { randomText } from '../ids.js';
import type { World } from '../world.js';
import { checkMessage } from './check-message.js';
import { Echoes } from './echoes.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { MetaPage } from './meta-page.js';
import { mediaOf, type OutgoingMedia } from './outgoing-media.js';
import { actOn } from './sender-actions.js';
import { shownTemplate } from './template.js';
import type { Token } from './tokens.js';

const TYPES = ['RESPONSE', 'UPDATE', 'MESSAGE_TAG', 'UTILITY'];

export interface Sent {
  readonly recipient_id: string;
  readonly message_id?: string;
  readonly attachment_id?: string;
}

/** `POST /{page}/messages`: checks as Meta does, shows the message on the person's phone, sends the echo. */
export class SendApi {
  private readonly echoes: Echoes;

  constructor(
    private readonly world: World,
    ownUrl: () => string,
  ) {
    this.echoes = new Echoes(world, ownUrl);
  }

  async send(page: MetaPage, token: Token, call: Call): Promise<Sent> {
    checkPermission(token);
    this.checkThrottle(page);
    const { fields } = call;
    const psid = recipientOf(page, fields);
    checkThread(page, token, psid);
    const action = fields.text('sender_action');
    if (action !== undefined) {
      actOn(this.world.conversations, keyOf(page, psid), action, fields);
      return { recipient_id: psid };
    }
    const message = fields.object('message');
    checkMessage(message);
    this.checkWindow(page, psid, fields);
    const media = await mediaOf(this.world.files, page, message, call);
    const mid = `m_${randomText(64)}`;
    const at = Date.now();
    this.show(page, psid, { mid, at, fields, message, media });
    await this.echoes.tell({ page, token, psid, mid, at, message, files: media.files, quoted: quotedOf(fields) });
    const { attachmentId } = media;
    return { recipient_id: psid, message_id: mid, ...(attachmentId !== undefined && { attachment_id: attachmentId }) };
  }

  /** `POST /{page}/message_attachments`: keeps a file to be sent later. */
  async upload(page: MetaPage, token: Token, call: Call): Promise<{ attachment_id: string }> {
    checkPermission(token);
    this.checkThrottle(page);
    const message = call.fields.object('message');
    if (!message?.object('attachment')?.object('payload')?.flag('is_reusable')) {
      throw invalidParameter('The attachment must be reusable');
    }
    const { attachmentId } = await mediaOf(this.world.files, page, message, call);
    if (attachmentId === undefined) throw invalidParameter('Param message[attachment] must be a file');
    return { attachment_id: attachmentId };
  }

  private show(page: MetaPage, psid: string, sent: SentMessage): void {
    const { mid, at, fields, message, media } = sent;
    const attachment = message.object('attachment');
    const payload = attachment?.text('type') === 'template' ? attachment.object('payload') : undefined;
    const template = payload && shownTemplate(payload);
    const buttons = [...(template?.buttons ?? []), ...quickReplies(message)];
    const files = media.files.map(shown);
    this.world.conversations.add(keyOf(page, psid), {
      id: mid,
      from: 'business',
      text: message.text('text') ?? template?.text,
      ...(files.length && { files }),
      ...(buttons.length && { buttons }),
      replyTo: quotedOf(fields),
      at,
    });
  }

  private checkThrottle(page: MetaPage): void {
    const { throttle } = this.world.behaviour;
    if (throttle) page.throttle.pass(page.id, throttle);
  }

  private checkWindow(page: MetaPage, psid: string, fields: Fields): void {
    const type = fields.text('messaging_type');
    if (type === undefined || !TYPES.includes(type)) {
      throw invalidParameter(`Param messaging_type must be one of {${TYPES.join(', ')}}`);
    }
    const tagged = type === 'MESSAGE_TAG';
    if (tagged && fields.text('tag') !== 'HUMAN_AGENT') throw invalidParameter('Invalid parameter');
    const { behaviour } = this.world;
    if (tagged && !behaviour.humanAgent) {
      throw new GraphError({ message: '(#10) This application does not have the Human Agent feature', code: 10 });
    }
    const window = behaviour.window ? page.window(psid, Date.now()) : 'standard';
    if (window === 'standard' || (window === 'human_agent' && tagged)) return;
    const message = '(#10) This message is sent outside of allowed window.';
    throw new GraphError({ message, code: 10, subcode: 2018278 });
  }
}

interface SentMessage {
  readonly mid: string;
  readonly at: number;
  readonly fields: Fields;
  readonly message: Fields;
  readonly media: OutgoingMedia;
}

export function keyOf(page: MetaPage, personId: string) {
  return { messenger: 'facebook', account: page.id, personId } as const;
}

/** The quote stands beside the message. */
const quotedOf = (fields: Fields) => fields.object('reply_to')?.text('mid');

export function quickReplies(message: Fields): ShownButton[] {
  const replies = (message.list('quick_replies') ?? []).filter(isRecord).map((reply) => new Fields(reply));
  return replies.map((reply) => {
    const title =
      reply.text('title') ?? (reply.text('content_type') === 'user_email' ? 'My e-mail' : 'My phone number');
    return { kind: 'quick_reply', title, payload: reply.text('payload') ?? title };
  });
}

function checkPermission(token: Token): void {
  if (token.scopes.includes('pages_messaging')) return;
  const message = '(#230) Requires pages_messaging permission to manage the object';
  throw new GraphError({ message, code: 230, status: 403 });
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

export function checkThread(page: MetaPage, token: Token, psid: string): void {
  const owner = page.threadOwners.get(psid);
  if (owner === undefined || owner === token.app.id) return;
  const message = '(#10) Message not sent. Another app is controlling this thread now.';
  throw new GraphError({ message, code: 10, subcode: 2018300 });
}
