import { setTimeout as sleep } from 'node:timers/promises';
import type { Bubble, ShownButton } from '../conversations.js';
import { shown, type StoredFile } from '../files.js';
import { Fields, isRecord } from '../http/fields.js';
import { GraphError, invalidParameter, noSuchObject } from '../meta/graph-error.js';
import type { Token } from '../meta/tokens.js';
import type { World } from '../world.js';
import type { BusinessNumber } from './business-number.js';
import type { Known } from './numbers.js';
import type { Fate } from './statuses.js';
import { newWamid } from './whatsapp-customer.js';

const TYPING_MS = 25_000;
const PATIENCE_MS = 5_000;
const MEDIA = ['image', 'video', 'audio', 'document', 'sticker'];
const MAX = { text: 4_096, caption: 1_024, callbackData: 512 };

/** `POST /{number}/messages`: checks as WhatsApp does, shows the message on the person's phone, tells what becomes of it. */
export class MessagesEdge {
  constructor(private readonly world: World) {}

  async send(number: BusinessNumber, token: Token, fields: Fields): Promise<unknown> {
    if (!token.scopes.includes('whatsapp_business_messaging')) {
      throw new GraphError({ message: '(#10) Application does not have permission for this action', code: 10 });
    }
    if (fields.text('messaging_product') !== 'whatsapp') {
      throw invalidParameter('The parameter messaging_product is required.');
    }
    if (fields.has('status')) return this.markRead(number, fields);
    const known = this.recipientOf(number, fields);
    if (fields.text('type') === 'reaction') return this.react(number, known, fields);
    const bubble = contentOf(number, fields);
    const along = fields.text('biz_opaque_callback_data');
    if ((along?.length ?? 0) > MAX.callbackData) throw invalidParameter('biz_opaque_callback_data is too long');
    const id = newWamid();
    if (along !== undefined) this.world.statuses.sendAlong(id, along);
    const code = this.failureCode(number, known);
    if (code === undefined) {
      const replyTo = fields.object('context')?.text('message_id');
      this.world.conversations.add(keyOf(number, known), { ...bubble, id, from: 'business', replyTo, at: Date.now() });
    }
    await this.tellFate(number, known, id, code);
    return accepted(known, id);
  }

  /** What is accepted and fails all the same: closed windows, and people who blocked the number. */
  private failureCode(number: BusinessNumber, { userId }: Known): number | undefined {
    if (number.isBlockedBy(userId)) return 131026;
    return this.world.behaviour.window && !number.isOpenTo(userId, Date.now()) ? 131047 : undefined;
  }

  /** When the first status comes is when an echo would: before the answer, with it, or never. */
  private async tellFate(number: BusinessNumber, known: Known, id: string, code?: number): Promise<void> {
    const { echo, echoDelayMs, deliveryReceipts } = this.world.behaviour;
    if (echo === 'never') return;
    const first: Fate = code === undefined ? { id, status: 'sent' } : { id, status: 'failed', code };
    const tell = (fate: Fate) => this.world.statuses.tell(number, known, fate);
    if (echo === 'before') {
      await sleep(echoDelayMs);
      const event = tell(first);
      const tried = () => event.state !== 'pending' || event.attempts.length > 0;
      await this.world.ledger.waitFor(tried, PATIENCE_MS).catch(() => undefined);
    } else this.world.later.in(echoDelayMs, () => void tell(first));
    if (deliveryReceipts && code === undefined) {
      this.world.later.in(echoDelayMs, () => void tell({ id, status: 'delivered' }));
    }
  }

  /** Both ids given, the phone wins. */
  private recipientOf(number: BusinessNumber, fields: Fields): Known {
    const address = fields.text('to') ?? fields.text('recipient');
    if (!address) throw invalidParameter('The parameter to or recipient is required.');
    const isUserId = fields.text('to') === undefined;
    if (!isUserId && !/^\+?\d{5,20}$/.test(address)) throw new GraphError({ message: '(#131009) to', code: 131009 });
    const known = this.world.numbers.find(number, address.replace(/^\+/, ''));
    if (known) return known;
    throw new GraphError({ message: '(#131026) Message undeliverable', code: isUserId ? 137000 : 131026 });
  }

  private markRead(number: BusinessNumber, fields: Fields): { success: true } {
    const messageId = fields.text('message_id') ?? '';
    const { conversations, people, numbers } = this.world;
    const known = people
      .ofPage(number.id)
      .map(({ person }) => numbers.known(number, person))
      .find((one) => conversations.find(keyOf(number, one), messageId)?.from === 'customer');
    if (fields.text('status') !== 'read' || !known)
      throw new GraphError({ message: '(#131009) message_id', code: 131009 });
    const now = Date.now();
    const typing = fields.object('typing_indicator') ? { typingUntil: now + TYPING_MS } : {};
    conversations.changePhone(keyOf(number, known), { seenAt: now, ...typing });
    return { success: true };
  }

  private react(number: BusinessNumber, known: Known, fields: Fields): unknown {
    const reaction = fields.object('reaction');
    const { conversations } = this.world;
    const bubble = conversations.find(keyOf(number, known), reaction?.text('message_id'));
    if (!bubble) throw noSuchObject(reaction?.text('message_id') ?? '');
    const business = reaction?.text('emoji') || undefined;
    conversations.change(bubble, { reactions: { ...bubble.reactions, business } });
    return accepted(known, newWamid());
  }
}

function keyOf({ id }: BusinessNumber, { userId }: Known) {
  return { messenger: 'whatsapp', account: id, personId: userId } as const;
}

function accepted({ userId, phone }: Known, id: string): object {
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input: phone, wa_id: phone, user_id: userId }],
    messages: [{ id, message_status: 'accepted' }],
  };
}

type Said = Pick<Bubble, 'text' | 'files' | 'buttons'>;

function contentOf(number: BusinessNumber, fields: Fields): Said {
  const type = fields.text('type') ?? 'text';
  const content = fields.object(type);
  if (!content) throw invalidParameter(`The parameter ${type} is required.`);
  if (type === 'text') return { text: needed(content, 'body', MAX.text) };
  if (MEDIA.includes(type)) return mediaOf(number, type, content);
  if (type === 'interactive') return interactiveOf(content);
  throw new GraphError({ message: '(#131051) Unsupported message type', code: 131051 });
}

function mediaOf(number: BusinessNumber, type: string, content: Fields): Said {
  const file = number.uploads.get(content.text('id') ?? '');
  if (!file || !fits(file, type)) throw new GraphError({ message: '(#131053) Media upload error', code: 131053 });
  const caption = content.text('caption');
  if (caption !== undefined && (type === 'audio' || caption.length > MAX.caption)) throw invalidParameter('caption');
  return { text: caption, files: [shown(file)] };
}

function fits(file: StoredFile, type: string): boolean {
  return type === 'document' || type === 'sticker' || file.type.startsWith(`${type}/`);
}

function interactiveOf(content: Fields): Said {
  const action = content.object('action');
  const kind = content.text('type');
  const text = needed(content.object('body') ?? new Fields({}), 'text', kind === 'list' ? MAX.text : 1_024);
  if (kind === 'cta_url') {
    const parameters = action?.object('parameters') ?? new Fields({});
    const title = needed(parameters, 'display_text', 20);
    return { text, buttons: [{ kind: 'url', title, payload: title, url: needed(parameters, 'url', 2_000) }] };
  }
  const isList = kind === 'list';
  const given = isList
    ? recordsIn(action, 'sections').flatMap((section) => recordsIn(section, 'rows'))
    : recordsIn(action, 'buttons').map((button) => button.object('reply') ?? new Fields({}));
  if (isList) needed(action ?? new Fields({}), 'button', 20);
  if (given.length === 0 || given.length > (isList ? 10 : 3)) throw invalidParameter('Invalid number of buttons');
  const buttons = given.map((one): ShownButton => {
    const [title, payload] = [needed(one, 'title', isList ? 24 : 20), needed(one, 'id', isList ? 200 : 256)];
    return { kind: 'quick_reply', title, payload };
  });
  if (new Set(buttons.map(({ payload }) => payload)).size < buttons.length) throw invalidParameter('Duplicated id');
  return { text, buttons };
}

function needed(fields: Fields, name: string, most: number): string {
  const value = fields.text(name);
  if (!value?.trim() || value.length > most) throw invalidParameter(`Param ${name} must have 1 to ${most} characters`);
  return value;
}

function recordsIn(fields: Fields | undefined, name: string): Fields[] {
  return (fields?.list(name) ?? []).filter(isRecord).map((one) => new Fields(one));
}
