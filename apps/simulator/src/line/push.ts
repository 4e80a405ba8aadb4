import { randomUUID } from 'node:crypto';
import type { ShownButton } from '../conversations.js';
import { download } from '../download.js';
import { shown } from '../files.js';
import { Fields, isRecord } from '../http/fields.js';
import { randomText } from '../ids.js';
import type { World } from '../world.js';
import { invalid, LineError } from './line-error.js';
import { newMessageId, type OfficialAccount } from './official-account.js';

const MAX = { messages: 5, text: 5_000, address: 2_000, choices: 13, label: 20, data: 300, uri: 1_000 };
const MB = 1024 * 1024;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const USER_ID = /^U[0-9a-f]{32}$/;
const LOOPBACK = /^http:\/\/(127(\.\d{1,3}){3}|\[::1\]|localhost)[:/]/;

/** One of LINE's messages, checked. */
interface Message {
  readonly text?: string;
  /** A picture the phone fetches. */
  readonly address?: string;
  readonly buttons: readonly ShownButton[];
}

/** `POST /v2/bot/message/push`: checks as LINE does, and shows the messages on the person's phone. */
export class Push {
  constructor(private readonly world: World) {}

  send(account: OfficialAccount, fields: Fields, retryKey: string | undefined): object {
    if (retryKey !== undefined && !UUID.test(retryKey)) throw new LineError(400, 'The retry key is invalid');
    const before = retryKey === undefined ? undefined : account.acceptedUnder(retryKey);
    if (before) {
      const { sentMessages, requestId } = before;
      const headers = { 'x-line-accepted-request-id': requestId };
      throw new LineError(409, 'The retry key is already accepted', { sentMessages }, headers);
    }
    const userId = fields.text('to') ?? '';
    if (!USER_ID.test(userId)) {
      throw new LineError(400, "The property, 'to', in the request body is invalid (line: -, column: -)");
    }
    const messages = messagesOf(fields);
    if (account.quota !== undefined && account.used >= account.quota) {
      throw new LineError(429, 'You have reached your monthly limit.');
    }
    if (!account.friend(userId)) throw new LineError(400, 'Failed to send messages');
    account.used++;
    const sentMessages = messages.map(() => ({ id: newMessageId(), quoteToken: randomText(30) }));
    if (retryKey !== undefined) account.accept(retryKey, { requestId: randomUUID(), sentMessages, at: Date.now() });
    // Who blocked the account gets nothing, and the account is not told.
    if (!account.isBlockedBy(userId)) {
      messages.forEach((message, index) => this.show(account, userId, message, sentMessages[index]!.id));
    }
    return { sentMessages };
  }

  private show(account: OfficialAccount, userId: string, message: Message, id: string): void {
    const { text, address, buttons } = message;
    const key = { messenger: 'line', account: account.id, personId: userId } as const;
    const bubble = { id, from: 'business', text, ...(buttons.length > 0 && { buttons }), at: Date.now() } as const;
    this.world.conversations.add(key, bubble);
    if (address !== undefined) void this.fetch(account, key, id, address);
  }

  /** A picture that cannot be fetched, or is too large for a preview, stays empty. */
  private async fetch(
    account: OfficialAccount,
    key: Parameters<World['conversations']['find']>[0],
    id: string,
    address: string,
  ) {
    const found = await download(address);
    const bubble = this.world.conversations.find(key, id);
    if (!found || !bubble || !/^image\/(jpeg|png)$/.test(found.type) || found.bytes.length > MB) return;
    const file = this.world.files.add(account.id, { ...found, kind: 'image' });
    this.world.conversations.change(bubble, { files: [shown(file)] });
    this.world.ledger.changed();
  }
}

function messagesOf(fields: Fields): Message[] {
  const messages = fields.list('messages');
  if (!messages || messages.length === 0) throw invalid('messages', 'May not be empty');
  if (messages.length > MAX.messages) throw invalid('messages', 'Size must be between 1 and 5');
  return messages.map((message, index) => messageOf(message, `messages[${index}]`));
}

function messageOf(value: unknown, at: string): Message {
  if (!isRecord(value)) throw invalid(at, 'Must be an object');
  const message = new Fields(value);
  const buttons = choicesOf(message, `${at}.quickReply`);
  switch (message.text('type')) {
    case 'text':
      return { text: limited(message, 'text', MAX.text, at), buttons };
    case 'image':
      addressIn(message, 'previewImageUrl', at);
      return { address: addressIn(message, 'originalContentUrl', at), buttons };
    default:
      throw invalid(`${at}.type`, 'Must be one of the following values: [text, image]');
  }
}

/** https, or loopback in the place of it. */
function addressIn(message: Fields, name: string, at: string): string {
  const address = limited(message, name, MAX.address, at);
  if (/^https:\/\//.test(address) || LOOPBACK.test(address)) return address;
  throw invalid(`${at}.${name}`, 'Invalid URL format: must be https');
}

function choicesOf(message: Fields, at: string): ShownButton[] {
  if (!message.has('quickReply')) return [];
  const items = message.object('quickReply')?.list('items') ?? [];
  if (items.length === 0 || items.length > MAX.choices) throw invalid(`${at}.items`, 'Size must be between 1 and 13');
  return items.map((item, index) => {
    const action = isRecord(item) && isRecord(item.action) ? new Fields(item.action) : undefined;
    if (!isRecord(item) || item.type !== 'action' || !action)
      throw invalid(`${at}.items[${index}]`, 'Must be an action');
    return buttonOf(action, `${at}.items[${index}].action`);
  });
}

function buttonOf(action: Fields, at: string): ShownButton {
  const title = limited(action, 'label', MAX.label, at);
  switch (action.text('type')) {
    case 'postback':
      limited(action, 'displayText', MAX.data, at);
      return { kind: 'postback', title, payload: limited(action, 'data', MAX.data, at) };
    case 'message':
      return { kind: 'text', title, payload: limited(action, 'text', MAX.data, at) };
    case 'uri':
      return { kind: 'url', title, payload: title, url: limited(action, 'uri', MAX.uri, at) };
    default:
      throw invalid(`${at}.type`, 'Must be one of the following values: [postback, message, uri]');
  }
}

function limited(fields: Fields, name: string, max: number, at: string): string {
  const text = fields.text(name) ?? '';
  if (text.trim() === '') throw invalid(`${at}.${name}`, 'May not be empty');
  if (text.length > max) throw invalid(`${at}.${name}`, `Length must be between 0 and ${max}`);
  return text;
}
