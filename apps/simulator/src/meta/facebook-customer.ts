import type { Bubble, ConversationKey } from '../conversations.js';
import type * as does from '../customer.js';
import { shown, type FileKind, type NewFile, type StoredFile } from '../files.js';
import { randomText } from '../ids.js';
import type { MessengerKey, SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { mediaUrl } from './media-host.js';
import type { MetaPage } from './meta-page.js';
import type { PageEvents } from './page-events.js';

/** What Meta calls an attachment of this kind. */
export const ATTACHMENT_TYPES: Readonly<Record<FileKind, string>> = {
  image: 'image',
  animation: 'image',
  video: 'video',
  round: 'video',
  audio: 'audio',
  voice: 'audio',
  sticker: 'sticker',
  file: 'file',
};
const THUMBS_UP = 369239263222822;
const MAX_EDITS = 5;
const WORDS: Readonly<Record<string, string>> = {
  '😆': 'smile',
  '😠': 'angry',
  '😢': 'sad',
  '😮': 'wow',
  '❤': 'love',
  '😍': 'love',
  '👍': 'like',
  '👎': 'dislike',
};

type Shown = Pick<Bubble, 'text' | 'files' | 'location'>;
export type Content = Readonly<Record<string, unknown>>;

/** What a person does in the Messenger app. */
export class FacebookCustomer implements does.CustomerSide {
  protected readonly messenger: MessengerKey = 'facebook';

  constructor(
    protected readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  key(who: does.Speaking): ConversationKey {
    const personId = this.world.people.psid(this.world.people.named(who.person), who.account);
    return { messenger: this.messenger, account: who.account, personId };
  }

  write(writing: does.Writing): SentEvent {
    const { text } = writing;
    return this.say(writing, { text }, { text });
  }

  sendFile(file: does.SendingFile): SentEvent {
    return this.sendFiles(file, [file]);
  }

  /** All in one message. */
  sendAlbum(album: does.SendingAlbum): SentEvent[] {
    return [this.sendFiles(album, album.files, album.caption)];
  }

  sendLocation(sent: does.SendingLocation): SentEvent {
    const { latitude, longitude, title = 'Pinned location' } = sent;
    const payload = { coordinates: { lat: latitude, long: longitude } };
    const url = `https://www.example.com/maps?q=${latitude},${longitude}`;
    const attachments = [{ type: 'location', title, url, payload }];
    return this.say(sent, { attachments }, { location: { latitude, longitude, title } });
  }

  sendContact(): never {
    throw new Error('Messenger has no way to share a contact');
  }

  sendContent(sent: does.SendingContent): SentEvent {
    const { text } = sent;
    return this.say(sent, { ...(text !== undefined && { text }), ...sent.content }, { text });
  }

  /** Five times at most, as in the app. */
  edit(editing: does.Editing): SentEvent {
    const bubble = this.world.conversations.own(this.key(editing), editing.messageId);
    const { text, at = Date.now() } = editing;
    const edits = (bubble.edits ?? 0) + 1;
    if (edits > MAX_EDITS) throw new Error(`A message can be edited ${MAX_EDITS} times`);
    this.world.conversations.change(bubble, { text, edits, editedAt: at });
    return this.tell(editing, at, { message_edit: { mid: bubble.id, text, num_edit: edits } });
  }

  delete(deleting: does.Deleting): SentEvent {
    const bubble = this.world.conversations.own(this.key(deleting), deleting.messageId);
    this.world.conversations.wipe(bubble);
    return this.tell(deleting, Date.now(), { message: { mid: bubble.id, is_deleted: true } });
  }

  react(reacting: does.Reacting): SentEvent {
    const { conversations } = this.world;
    const bubble = conversations.reactedTo(this.key(reacting), reacting.messageId);
    const emoji = reacting.emojis.at(-1);
    const customer = emoji === undefined ? [] : [emoji];
    conversations.change(bubble, { reactions: { ...bubble.reactions, customer } });
    return this.tell(reacting, Date.now(), { reaction: reactionOf(bubble.id, emoji) });
  }

  /** A tapped quick reply is a message that carries its payload; a button of a template is a postback. */
  press(pressing: does.Pressing): SentEvent {
    const { title, payload } = pressing;
    const bubble = this.world.conversations.pressed(this.key(pressing), pressing);
    const kind = pressing.as ?? bubble?.buttons?.find((button) => button.payload === payload)?.kind;
    if (kind === 'postback') return this.postback(pressing, { title, payload });
    return this.say(pressing, { text: title, quick_reply: { payload } }, { text: title });
  }

  /** "Get Started", with what the link carried. */
  start(starting: does.Starting): SentEvent {
    const { ref } = starting;
    const referral = ref === undefined ? {} : { referral: { ref, source: 'SHORTLINK', type: 'OPEN_THREAD' } };
    return this.postback(starting, { title: 'Get Started', payload: 'GET_STARTED', ...referral });
  }

  /** Came back through a link or an advertisement: no message. `referral` as Meta writes it. */
  isReferred(who: does.Speaking & { readonly referral: Content }): SentEvent {
    return this.tell(who, Date.now(), { referral: who.referral });
  }

  /** `optin` as Meta writes it. */
  optsIn(who: does.Speaking & { readonly optin: Content }): SentEvent {
    return this.tell(who, Date.now(), { optin: who.optin });
  }

  acquaint(who: does.Speaking, at: number): void {
    const { page, psid } = this.ends(who);
    page.meet(psid, at);
  }

  /** Messenger tells nobody; it shows when the Page writes. */
  block(who: does.Speaking): undefined {
    const { page, psid } = this.ends(who);
    page.block(psid);
  }

  unblock(who: does.Speaking): undefined {
    const { page, psid } = this.ends(who);
    page.unblock(psid);
  }

  isBlocking(who: does.Speaking): boolean {
    const { page, psid } = this.ends(who);
    return page.standing(psid) === 'blocked';
  }

  read(reading: does.Reading): SentEvent | undefined {
    return this.tell(reading, Date.now(), { read: { watermark: reading.at ?? Date.now() } });
  }

  private sendFiles(
    who: does.Speaking & { readonly replyTo?: string; readonly at?: number },
    files: readonly NewFile[],
    text?: string,
  ): SentEvent {
    const stored = files.map((file) => this.world.files.add(who.account, file));
    const attachments = stored.map((file) => this.attachmentOf(file, mediaUrl(this.ownUrl(), file)));
    const content = { ...(text !== undefined && { text }), attachments };
    return this.say(who, content, { text, files: stored.map(shown) });
  }

  protected attachmentOf({ kind }: StoredFile, url: string): Content {
    const sticker = kind === 'sticker' ? { sticker_id: THUMBS_UP } : {};
    return { type: ATTACHMENT_TYPES[kind], payload: { url, ...sticker } };
  }

  protected postback(who: does.Speaking, postback: Content & { readonly title: string }): SentEvent {
    const { page, psid } = this.ends(who);
    const at = Date.now();
    page.heardFrom(psid, at);
    const mid = this.newMid();
    const event = this.tell(who, at, { postback: { mid, ...postback } });
    this.world.conversations.add(this.key(who), { id: mid, from: 'customer', text: postback.title, at, event });
    return event;
  }

  protected say(
    who: does.Speaking & { readonly replyTo?: string; readonly at?: number },
    content: Content,
    said: Shown,
  ): SentEvent {
    const { page, psid } = this.ends(who);
    const { replyTo, at = Date.now() } = who;
    page.heardFrom(psid, at);
    const mid = this.newMid();
    const quoted = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
    const event = this.tell(who, at, { message: { mid, ...content, ...quoted } });
    this.world.conversations.add(this.key(who), { id: mid, from: 'customer', ...said, replyTo, at, event });
    return event;
  }

  protected tell(who: does.Speaking, timestamp: number, item: Content): SentEvent {
    const { page, psid } = this.ends(who);
    const frame = { sender: { id: psid }, recipient: { id: page.id }, timestamp };
    const [event] = this.events.send(page, [{ ...frame, ...item }]);
    if (!event) throw new Error('A Page event makes at least one entry in the ledger');
    return event;
  }

  protected ends(who: does.Speaking): { page: MetaPage; psid: string } {
    return { page: this.pageOf(who.account), psid: this.key(who).personId };
  }

  protected get events(): PageEvents {
    return this.world.meta.events;
  }

  protected pageOf(account: string): MetaPage {
    return this.world.meta.requirePage(account);
  }

  protected newMid(): string {
    return newMid();
  }
}

export function reactionOf(mid: string, emoji: string | undefined): Record<string, unknown> {
  if (emoji === undefined) return { mid, action: 'unreact' };
  return { mid, action: 'react', reaction: WORDS[emoji.replace(/\ufe0f/g, '')] ?? 'other', emoji };
}

export const newMid = () => `m_${randomText(64)}`;
