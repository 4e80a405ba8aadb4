import type { Bubble } from '../conversations.js';
import type * as does from '../customer.js';
import { shown, type FileKind } from '../files.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { viberMediaUrl } from './media-host.js';
import { tellReceipt } from './send-message.js';
import { heardFrom, type Known, type ViberBot } from './viber-bot.js';
import { userOf } from './viber-events.js';

/** What Viber calls a file of this kind; voice messages it gives to no bot. */
const TYPES: Readonly<Partial<Record<FileKind, string>>> = {
  image: 'picture',
  animation: 'picture',
  video: 'video',
  round: 'video',
  audio: 'file',
  sticker: 'sticker',
  file: 'file',
};

type Content = Readonly<Record<string, unknown>>;
type Shown = Pick<Bubble, 'text' | 'files' | 'location' | 'contact'>;

/** What a person does in Viber. */
export class ViberCustomer implements does.CustomerSide {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  key(who: does.Speaking) {
    return { messenger: 'viber', account: who.account, personId: this.ends(who).known.userId } as const;
  }

  write(writing: does.Writing): SentEvent {
    const { text } = writing;
    return this.say(writing, { type: 'text', text }, { text });
  }

  /** The key says its text in the person's name; the keyboard goes. */
  press(pressing: does.Pressing): SentEvent {
    const { payload } = pressing;
    const { conversations } = this.world;
    const bubble = conversations.pressed(this.key(pressing), pressing);
    const key = bubble?.buttons?.find((button) => button.payload === payload);
    if (key?.kind === 'url') throw new Error('This key opens a page, and says nothing');
    if (bubble) conversations.change(bubble, { buttons: undefined });
    return this.write({ ...pressing, text: payload });
  }

  sendFile(file: does.SendingFile): SentEvent {
    const type = TYPES[file.kind];
    if (type === undefined) throw new Error(`Viber gives no ${file.kind} message to bots`);
    const stored = this.world.files.add(file.account, file);
    const media = viberMediaUrl(this.ownUrl(), stored);
    const { name: file_name, size } = stored;
    const seconds = type === 'video' && { duration: file.duration ?? 1 };
    const about = type === 'sticker' ? { sticker_id: 40_100, media } : { media, file_name, size, ...seconds };
    const text = file.caption ?? (type === 'picture' ? '' : undefined);
    const said = { text: file.caption, files: [shown(stored)] };
    return this.say(file, { type, ...(text !== undefined && { text }), ...about }, said);
  }

  /** A message each. */
  sendAlbum(album: does.SendingAlbum): SentEvent[] {
    const { files, caption, ...who } = album;
    return files.map((file, index) => this.sendFile({ ...who, ...file, ...(index === 0 && { caption }) }));
  }

  sendLocation(sent: does.SendingLocation): SentEvent {
    const { latitude, longitude, title, address } = sent;
    const location = { lat: latitude, lon: longitude, ...(address !== undefined && { address }) };
    return this.say(sent, { type: 'location', location }, { location: { latitude, longitude, title } });
  }

  sendContact(sent: does.SendingContact): SentEvent {
    const { name, phone } = sent;
    return this.say(sent, { type: 'contact', contact: { name, phone_number: phone } }, { contact: { name, phone } });
  }

  sendContent(sent: does.SendingContent): SentEvent {
    return this.say(sent, sent.content, { text: sent.text });
  }

  edit(): SentEvent {
    throw new Error('Viber tells bots of no edits');
  }

  /** Bots are not told. */
  delete(deleting: does.Deleting): undefined {
    const { conversations } = this.world;
    conversations.wipe(conversations.own(this.key(deleting), deleting.messageId));
  }

  react(): SentEvent {
    throw new Error('Viber tells bots of no reactions');
  }

  /** Opens the chat: no message, and nobody is subscribed by it. */
  start(starting: does.Starting): SentEvent {
    const { bot, known } = this.ends(starting);
    const context = starting.ref === undefined ? {} : { context: starting.ref };
    const content = {
      type: 'open',
      ...context,
      user: userOf(known, bot.webhook),
      subscribed: known.standing === 'subscribed',
    };
    return this.tell(bot, known, 'conversation_started', content);
  }

  acquaint(who: does.Speaking, at: number): void {
    const { known } = this.ends(who);
    known.standing = 'subscribed';
    known.lastWroteAt = at;
  }

  block(who: does.Speaking): SentEvent {
    const { bot, known } = this.ends(who);
    known.standing = 'left';
    return this.tell(bot, known, 'unsubscribed', { user_id: known.userId });
  }

  unblock(who: does.Speaking): SentEvent {
    const { bot, known } = this.ends(who);
    known.standing = 'subscribed';
    return this.tell(bot, known, 'subscribed', { user: userOf(known, bot.webhook) });
  }

  isBlocking(who: does.Speaking): boolean {
    return this.ends(who).known.standing === 'left';
  }

  /** An event for each message; undefined where the bot wrote nothing. */
  read(reading: does.Reading): SentEvent | undefined {
    const { bot, known } = this.ends(reading);
    const { at = Date.now() } = reading;
    const bubbles = this.world.conversations.of(this.key(reading));
    const read = bubbles.filter((bubble) => bubble.from === 'business' && bubble.at <= at);
    return read.map(({ id }) => tellReceipt(this.world, bot, known, 'seen', id)).at(-1);
  }

  /** What Viber accepted does not arrive: the message with this id, or the bot's newest one. */
  fail(who: does.Speaking & { readonly messageId?: string; readonly desc?: string }): SentEvent {
    const { bot, known } = this.ends(who);
    const { id } = this.world.conversations.reactedTo(this.key(who), who.messageId);
    return tellReceipt(this.world, bot, known, 'failed', id, who.desc ?? 'Not delivered now');
  }

  private say(who: does.Speaking & { readonly at?: number }, content: Content, said: Shown): SentEvent {
    const { bot, known } = this.ends(who);
    const { at = Date.now() } = who;
    heardFrom(known, at);
    const token = this.world.viberBots.nextToken();
    const along = known.tracking === undefined ? {} : { tracking_data: known.tracking };
    const wire = { sender: userOf(known, bot.webhook), message: { ...content, ...along }, silent: false };
    const event = this.world.viberEvents.send(bot, known, {
      event: 'message',
      token,
      at,
      content: wire,
      text: said.text,
    });
    this.world.conversations.add(this.key(who), { id: token, from: 'customer', ...said, at, event });
    return event;
  }

  private tell(bot: ViberBot, known: Known, event: string, content: Content): SentEvent {
    return this.world.viberEvents.send(bot, known, { event, token: this.world.viberBots.nextToken(), content });
  }

  private ends(who: does.Speaking): { bot: ViberBot; known: Known } {
    const bot = this.world.viberBots.require(who.account);
    return { bot, known: bot.known(this.world.people.named(who.person)) };
  }
}
