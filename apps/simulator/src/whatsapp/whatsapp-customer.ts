import type { Bubble } from '../conversations.js';
import type * as does from '../customer.js';
import { shown, type FileKind } from '../files.js';
import { randomText } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import type { BusinessNumber } from './business-number.js';
import type { Known } from './numbers.js';

/** What WhatsApp calls a file of this kind. */
const TYPES: Readonly<Record<FileKind, string>> = {
  image: 'image',
  animation: 'video',
  video: 'video',
  round: 'video',
  audio: 'audio',
  voice: 'audio',
  sticker: 'sticker',
  file: 'document',
};

type Content = Readonly<Record<string, unknown>>;
type Shown = Pick<Bubble, 'text' | 'files' | 'location' | 'contact'>;

/** What a person does in WhatsApp. */
export class WhatsAppCustomer implements does.CustomerSide {
  constructor(private readonly world: World) {}

  key(who: does.Speaking) {
    return { messenger: 'whatsapp', account: who.account, personId: this.ends(who).known.userId } as const;
  }

  write(writing: does.Writing): SentEvent {
    const { text } = writing;
    return this.say(writing, { type: 'text', text: { body: text } }, { text });
  }

  press(pressing: does.Pressing): SentEvent {
    const { title, payload } = pressing;
    const bubble = this.world.conversations.pressed(this.key(pressing), pressing);
    const kind = (bubble?.buttons?.length ?? 0) > 3 ? 'list_reply' : 'button_reply';
    const interactive = { type: kind, [kind]: { id: payload, title } };
    return this.say({ ...pressing, replyTo: bubble?.id }, { type: 'interactive', interactive }, { text: title });
  }

  sendFile(file: does.SendingFile): SentEvent {
    const stored = this.world.files.add(file.account, file);
    const type = TYPES[file.kind];
    const media = {
      ...(file.caption !== undefined && { caption: file.caption }),
      ...(type === 'document' && { filename: file.name }),
      ...(type === 'audio' && { voice: file.kind === 'voice' }),
      mime_type: file.type,
      id: stored.id,
    };
    return this.say(file, { type, [type]: media }, { text: file.caption, files: [shown(stored)] });
  }

  /** A message each. */
  sendAlbum(album: does.SendingAlbum): SentEvent[] {
    const { files, caption, ...who } = album;
    return files.map((file, index) => this.sendFile({ ...who, ...file, ...(index === 0 && { caption }) }));
  }

  sendLocation(sent: does.SendingLocation): SentEvent {
    const { latitude, longitude, title, address } = sent;
    const location = { latitude, longitude, name: title, address };
    return this.say(sent, { type: 'location', location }, { location: { latitude, longitude, title } });
  }

  sendContact(sent: does.SendingContact): SentEvent {
    const { name, phone } = sent;
    const contacts = [{ name: { formatted_name: name }, phones: [{ phone }] }];
    return this.say(sent, { type: 'contacts', contacts }, { contact: { name, phone } });
  }

  sendContent(sent: does.SendingContent): SentEvent {
    return this.say(sent, sent.content, { text: sent.text });
  }

  edit(editing: does.Editing): SentEvent {
    const bubble = this.world.conversations.own(this.key(editing), editing.messageId);
    const { text, at = Date.now() } = editing;
    this.world.conversations.change(bubble, { text, editedAt: at });
    const edit = { original_message_id: bubble.id, message: { type: 'text', text: { body: text } } };
    return this.tell(editing, at, newWamid(), { type: 'edit', edit }, text);
  }

  delete(deleting: does.Deleting): SentEvent {
    const bubble = this.world.conversations.own(this.key(deleting), deleting.messageId);
    this.world.conversations.wipe(bubble);
    return this.tell(deleting, Date.now(), newWamid(), { type: 'revoke', revoke: { original_message_id: bubble.id } });
  }

  react(reacting: does.Reacting): SentEvent {
    const { conversations } = this.world;
    const bubble = conversations.reactedTo(this.key(reacting), reacting.messageId);
    const emoji = reacting.emojis.at(-1);
    const customer = emoji === undefined ? [] : [emoji];
    conversations.change(bubble, { reactions: { ...bubble.reactions, customer } });
    const reaction = { message_id: bubble.id, ...(emoji !== undefined && { emoji }) };
    return this.tell(reacting, Date.now(), newWamid(), { type: 'reaction', reaction });
  }

  /** The chat was opened for the first time: no message. */
  start(starting: does.Starting): SentEvent {
    return this.tell(starting, Date.now(), newWamid(), { type: 'request_welcome' });
  }

  acquaint(who: does.Speaking, at: number): void {
    const { number, known } = this.ends(who);
    number.meet(known.userId, at);
  }

  /** WhatsApp tells nobody; it shows when the number writes. */
  block(who: does.Speaking): undefined {
    const { number, known } = this.ends(who);
    number.block(known.userId);
  }

  unblock(who: does.Speaking): undefined {
    const { number, known } = this.ends(who);
    number.unblock(known.userId);
  }

  isBlocking(who: does.Speaking): boolean {
    const { number, known } = this.ends(who);
    return number.isBlockedBy(known.userId);
  }

  /** A status for each message; undefined where the number wrote nothing. */
  read(reading: does.Reading): SentEvent | undefined {
    const { number, known } = this.ends(reading);
    const { at = Date.now() } = reading;
    const read = this.world.conversations
      .of(this.key(reading))
      .filter((one) => one.from === 'business' && one.at <= at);
    return read.map(({ id }) => this.world.statuses.tell(number, known, { id, status: 'read' })).at(-1);
  }

  private say(
    who: does.Speaking & { readonly replyTo?: string; readonly at?: number },
    content: Content,
    said: Shown,
  ): SentEvent {
    const { number, known } = this.ends(who);
    const { replyTo, at = Date.now() } = who;
    number.heardFrom(known.userId, at);
    const id = newWamid();
    const context = replyTo === undefined ? {} : { context: { from: number.display, id: replyTo } };
    const event = this.tell(who, at, id, { ...content, ...context }, said.text);
    this.world.conversations.add(this.key(who), { id, from: 'customer', ...said, replyTo, at, event });
    return event;
  }

  private tell(who: does.Speaking, at: number, id: string, content: Content, text?: string): SentEvent {
    const { number, known } = this.ends(who);
    const from = known.person.username === undefined ? { from: known.phone } : {};
    const item = { ...from, from_user_id: known.userId, id, timestamp: seconds(at), ...content };
    const kind = typeof content['type'] === 'string' && QUIET.has(content['type']) ? content['type'] : 'message';
    return this.world.numberEvents.send(number, known, {
      field: 'messages',
      list: 'messages',
      items: [item],
      kind,
      text,
    });
  }

  private ends(who: does.Speaking): { number: BusinessNumber; known: Known } {
    const { numbers, people } = this.world;
    const number = numbers.require(who.account);
    return { number, known: numbers.known(number, people.named(who.person)) };
  }
}

/** The echo of what was written in the WhatsApp Business app, to the person's phone. */
export function writeInApp(world: World, { account, person, text, at = Date.now() }: Omit<does.Writing, 'messenger'>) {
  const number = world.numbers.require(account);
  const known = world.numbers.known(number, world.people.named(person));
  const id = newWamid();
  const ends = { from: number.display, to: known.phone, to_user_id: known.userId };
  const item = { ...ends, id, timestamp: seconds(at), type: 'text', text: { body: text } };
  const event = world.numberEvents.send(number, known, {
    field: 'smb_message_echoes',
    list: 'message_echoes',
    items: [item],
    kind: 'echo',
    text,
  });
  const key = { messenger: 'whatsapp', account, personId: known.userId } as const;
  world.conversations.add(key, { id, from: 'business', text, at });
  return event;
}

/** What makes no bubble. */
const QUIET = new Set(['edit', 'revoke', 'reaction', 'request_welcome']);

export const newWamid = () => `wamid.${randomText(40)}`;

export const seconds = (at: number) => String(Math.floor(at / 1_000));
