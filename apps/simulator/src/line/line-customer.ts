import type { Bubble } from '../conversations.js';
import type * as does from '../customer.js';
import { shown, type FileKind, type NewFile, type StoredFile } from '../files.js';
import { randomDigits, randomText } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import type { Person } from '../people.js';
import type { World } from '../world.js';
import { newMessageId, userIdOf, type OfficialAccount } from './official-account.js';

/** What LINE calls a file of this kind. */
const TYPES: Readonly<Record<FileKind, 'image' | 'video' | 'audio' | 'sticker' | 'file'>> = {
  image: 'image',
  animation: 'video',
  video: 'video',
  round: 'video',
  audio: 'audio',
  voice: 'audio',
  sticker: 'sticker',
  file: 'file',
};

type Content = Readonly<Record<string, unknown>>;
type Shown = Pick<Bubble, 'text' | 'files' | 'location'>;
type Saying = does.Speaking & { readonly replyTo?: string; readonly at?: number };

/** What a person does in LINE. */
export class LineCustomer implements does.CustomerSide {
  constructor(private readonly world: World) {}

  key(who: does.Speaking) {
    const personId = userIdOf(this.world.people.named(who.person));
    return { messenger: 'line', account: who.account, personId } as const;
  }

  write(writing: does.Writing): SentEvent {
    const { text } = writing;
    return this.say(writing, { type: 'text', text }, { text });
  }

  /** What the button shows is said by the person, in a message of its own; what it carries comes after it. */
  press(pressing: does.Pressing): SentEvent {
    const { title, payload, ...who } = pressing;
    const { conversations } = this.world;
    const bubble = pressing.messageId
      ? conversations.find(this.key(pressing), pressing.messageId)
      : conversations.newest(this.key(pressing), ({ buttons }) => buttons?.some((one) => one.title === title) === true);
    const data = bubble?.buttons?.find((one) => one.title === title)?.payload ?? payload;
    this.write({ ...who, text: title });
    return this.tell(pressing, Date.now(), 'postback', { postback: { data } });
  }

  /** LINE has no captions: what is said with a file comes after it. */
  sendFile(file: does.SendingFile): SentEvent {
    const { caption, duration = 3, ...who } = file;
    const stored = this.world.files.add(file.account, file);
    const event = this.say(who, this.mediaOf(stored, duration), { files: [shown(stored)] }, this.idFor(stored));
    if (caption !== undefined) this.write({ ...who, text: caption });
    return event;
  }

  sendAlbum(album: does.SendingAlbum): SentEvent[] {
    const { files, caption, ...who } = album;
    const id = randomText(40);
    const events = files.map((file, index) => this.sendOfSet(who, file, { id, index: index + 1, total: files.length }));
    if (caption !== undefined) this.write({ ...who, text: caption });
    return events;
  }

  sendLocation(sent: does.SendingLocation): SentEvent {
    const { latitude, longitude, title, address } = sent;
    const location = { type: 'location', title, address, latitude, longitude };
    return this.say(sent, location, { location: { latitude, longitude, title } });
  }

  sendContact(): never {
    throw new Error('LINE has no way to share a contact');
  }

  sendContent(sent: does.SendingContent): SentEvent {
    return this.say(sent, sent.content, { text: sent.text });
  }

  edit(editing: does.Editing): SentEvent {
    const bubble = this.world.conversations.own(this.key(editing), editing.messageId);
    const { text, at = Date.now() } = editing;
    this.world.conversations.change(bubble, { text, editedAt: at });
    return this.tell(editing, at, 'messageEdited', { message: { id: bubble.id, type: 'text', text } }, { text });
  }

  delete(deleting: does.Deleting): SentEvent {
    const bubble = this.world.conversations.own(this.key(deleting), deleting.messageId);
    this.world.conversations.wipe(bubble);
    this.ends(deleting).account.unsent.add(bubble.id);
    return this.tell(deleting, Date.now(), 'unsend', { unsend: { messageId: bubble.id } }, { messageId: bubble.id });
  }

  react(): never {
    throw new Error('LINE tells nobody of reactions');
  }

  start(starting: does.Starting): SentEvent {
    return this.follow(starting, false);
  }

  acquaint(who: does.Speaking): void {
    const { account, person } = this.ends(who);
    account.meet(userIdOf(person), person);
  }

  block(who: does.Speaking): SentEvent {
    const { account, person } = this.ends(who);
    account.block(userIdOf(person));
    return this.tell(who, Date.now(), 'unfollow', {});
  }

  unblock(who: does.Speaking): SentEvent {
    return this.follow(who, true);
  }

  isBlocking(who: does.Speaking): boolean {
    const { account, person } = this.ends(who);
    return account.isBlockedBy(userIdOf(person));
  }

  read(): undefined {
    return undefined;
  }

  private follow(who: does.Speaking, isUnblocked: boolean): SentEvent {
    this.acquaint(who);
    return this.tell(who, Date.now(), 'follow', { follow: { isUnblocked } });
  }

  private sendOfSet(who: does.Speaking, file: NewFile, imageSet: Content): SentEvent {
    const stored = this.world.files.add(who.account, file);
    const media = { ...this.mediaOf(stored, 3), imageSet };
    return this.say(who, media, { files: [shown(stored)], text: undefined }, this.idFor(stored));
  }

  private mediaOf({ kind, name, size }: StoredFile, seconds: number): Content {
    const type = TYPES[kind];
    const duration = type === 'video' || type === 'audio' ? { duration: seconds * 1_000 } : {};
    if (type === 'file') return { type, fileName: name, fileSize: size };
    if (type === 'sticker') {
      return {
        type,
        packageId: '446',
        stickerId: randomDigits(8),
        stickerResourceType: 'STATIC',
        keywords: ['cheers'],
      };
    }
    return { type, ...duration, contentProvider: { type: 'line' } };
  }

  /** Under the id of its message LINE gives the content. */
  private idFor(file: StoredFile): string {
    const id = newMessageId();
    this.world.officialAccounts.require(file.account).contents.set(id, file);
    return id;
  }

  private say(who: Saying, content: Content, said: Shown, id = newMessageId()): SentEvent {
    const { replyTo, at = Date.now() } = who;
    this.acquaint(who);
    const sticker = content['stickerId'];
    const file = said.files?.[0] && this.world.files.get(said.files[0].id);
    if (typeof sticker === 'string' && file) this.world.officialAccounts.stickers.set(sticker, file);
    const message = { id, quoteToken: randomText(30), ...content, ...(replyTo && { quotedMessageId: replyTo }) };
    const event = this.tell(who, at, 'message', { message }, { text: said.text, messageId: id });
    this.world.conversations.add(this.key(who), { id, from: 'customer', ...said, replyTo, at, event });
    return event;
  }

  private tell(
    who: does.Speaking,
    at: number,
    type: string,
    content: Content,
    about: { readonly text?: string; readonly messageId?: string } = {},
  ): SentEvent {
    const { account, person } = this.ends(who);
    return this.world.accountEvents.send(account, person, { type, content, at, ...about });
  }

  private ends(who: does.Speaking): { account: OfficialAccount; person: Person } {
    const account = this.world.officialAccounts.require(who.account);
    return { account, person: this.world.people.named(who.person) };
  }
}
