import type { Bubble } from '../conversations.js';
import type * as does from '../customer.js';
import { shown, type NewFile } from '../files.js';
import { randomDigits } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import type { Person } from '../people.js';
import type { World } from '../world.js';
import { chatOf, userOf, type Bot } from './bot.js';
import { quotedWire } from './deliver.js';
import { mediaContent } from './media-content.js';
import { keyOf } from './phones.js';

const CALLBACK_LIFE_MS = 150_000;

type Content = Readonly<Record<string, unknown>>;
type Shown = Pick<Bubble, 'text' | 'files' | 'location' | 'contact' | 'album'>;

/** What a person does in the Telegram app. */
export class TelegramCustomer implements does.CustomerSide {
  constructor(private readonly world: World) {}

  key(who: does.Speaking) {
    const personId = String(this.world.people.named(who.person).telegramId);
    return { messenger: 'telegram', account: who.account, personId } as const;
  }

  write(writing: does.Writing): SentEvent {
    const { text } = writing;
    const command = /^\/\w+/.exec(text)?.[0];
    const entities = command && { entities: [{ offset: 0, length: command.length, type: 'bot_command' }] };
    return this.send(writing, { text, ...entities }, { text });
  }

  start(starting: does.Starting): SentEvent {
    return this.write({ ...starting, text: starting.ref === undefined ? '/start' : `/start ${starting.ref}` });
  }

  sendFile(file: does.SendingFile): SentEvent {
    const { caption, duration } = file;
    const { content, files } = this.media(file.account, file, duration);
    return this.send(file, { ...content, ...(caption !== undefined && { caption }) }, { text: caption, files });
  }

  /** Each is a message of its own; the first has the caption. */
  sendAlbum(album: does.SendingAlbum): SentEvent[] {
    const id = randomDigits(17);
    return album.files.map((file, index) => {
      const caption = index === 0 ? album.caption : undefined;
      const { content, files } = this.media(album.account, file);
      const whole = { media_group_id: id, ...content, ...(caption !== undefined && { caption }) };
      return this.send(album, whole, { text: caption, files, album: id });
    });
  }

  sendLocation(sent: does.SendingLocation): SentEvent {
    const { latitude, longitude, title, address = '' } = sent;
    const location = { latitude, longitude };
    const venue = title === undefined ? {} : { venue: { location, title, address } };
    return this.send(sent, { ...venue, location }, { location: { ...location, title } });
  }

  sendContact(sent: does.SendingContact): SentEvent {
    const { name, phone, own } = sent;
    const [first_name = '', ...rest] = name.split(' ');
    const user_id = own ? this.world.people.named(sent.person).telegramId : undefined;
    const last_name = rest.join(' ') || undefined;
    const contact = { phone_number: phone, first_name, ...(last_name && { last_name }), ...(user_id && { user_id }) };
    return this.send(sent, { contact }, { contact: { name, phone } });
  }

  sendContent(sent: does.SendingContent): SentEvent {
    return this.send(sent, sent.content, { text: sent.text });
  }

  edit(editing: does.Editing): SentEvent {
    const { bot, person } = this.ends(editing);
    const bubble = this.world.conversations.own(this.key(editing), editing.messageId);
    const at = editing.at ?? Date.now();
    const part = bubble.files ? { caption: editing.text } : { text: editing.text };
    const wire = { ...bubble.wire, edit_date: Math.floor(at / 1_000), ...part };
    const edits = (bubble.edits ?? 0) + 1;
    this.world.conversations.change(bubble, { text: editing.text, editedAt: at, edits, wire });
    const messageId = Number(bubble.id);
    return this.world.updates.send(bot, { content: { edited_message: wire }, person, text: editing.text, messageId });
  }

  /** Bots are not told; it is gone from the chat, for the bot too. */
  delete(deleting: does.Deleting): undefined {
    const { conversations } = this.world;
    conversations.wipe(conversations.own(this.key(deleting), deleting.messageId));
  }

  react(reacting: does.Reacting): SentEvent {
    const { bot, person } = this.ends(reacting);
    const { conversations } = this.world;
    const bubble = conversations.reactedTo(this.key(reacting), reacting.messageId);
    const old = bubble.reactions?.customer ?? [];
    conversations.change(bubble, { reactions: { ...bubble.reactions, customer: reacting.emojis } });
    const types = (emojis: readonly string[]) => emojis.map((emoji) => ({ type: 'emoji', emoji }));
    const messageId = Number(bubble.id);
    const change = {
      chat: chatOf(person),
      message_id: messageId,
      user: userOf(person),
      date: Math.floor(Date.now() / 1_000),
      old_reaction: types(old),
      new_reaction: types(reacting.emojis),
    };
    return this.world.updates.send(bot, { content: { message_reaction: change }, person, messageId });
  }

  /** A button under a message spins until it is answered; one of a reply keyboard just says its title. */
  press(pressing: does.Pressing): SentEvent {
    const { bot, person } = this.ends(pressing);
    const { title, payload } = pressing;
    const { conversations } = this.world;
    const bubble = conversations.pressed(this.key(pressing), pressing);
    const kind = bubble?.buttons?.find((button) => button.payload === payload)?.kind;
    if (kind === 'text') return this.write({ ...pressing, text: title });
    const id = randomDigits(19);
    const expiresAt = Date.now() + CALLBACK_LIFE_MS;
    bot.callbackQueries.set(id, { expiresAt, bubble });
    if (bubble) conversations.change(bubble, { press: { payload, queryId: id, expiresAt } });
    const messageId = Number(bubble?.id ?? pressing.messageId ?? 0);
    const message =
      bubble?.wire ?? this.unknownMessage(bot, person, messageId, { text: title, callback_data: payload });
    const query = { id, from: userOf(person), message, chat_instance: randomDigits(19), data: payload };
    return this.world.updates.send(bot, { content: { callback_query: query }, person, text: payload, messageId });
  }

  acquaint(who: does.Speaking): void {
    const { bot, person } = this.ends(who);
    bot.meet(person);
  }

  block(who: does.Speaking): SentEvent {
    const { bot, person } = this.ends(who);
    bot.block(person);
    return this.membership(bot, person, { status: 'member' }, { status: 'kicked', until_date: 0 });
  }

  unblock(who: does.Speaking): SentEvent {
    const { bot, person } = this.ends(who);
    bot.unblock(person);
    return this.membership(bot, person, { status: 'kicked', until_date: 0 }, { status: 'member' });
  }

  isBlocking(who: does.Speaking): boolean {
    const { bot, person } = this.ends(who);
    return bot.standing(person) === 'blocked';
  }

  /** Telegram tells nobody what was read. */
  read(): undefined {
    return undefined;
  }

  private membership(bot: Bot, person: Person, before: object, after: object): SentEvent {
    const user = bot.asUser();
    const change = {
      chat: chatOf(person),
      from: userOf(person),
      date: Math.floor(Date.now() / 1_000),
      old_chat_member: { user, ...before },
      new_chat_member: { user, ...after },
    };
    return this.world.updates.send(bot, { content: { my_chat_member: change }, person });
  }

  private media(account: string, file: NewFile, duration?: number) {
    const stored = this.world.files.add(account, file);
    return { content: mediaContent(this.world.files, stored, duration), files: [shown(stored)] };
  }

  private send(
    who: does.Speaking & { readonly replyTo?: string; readonly at?: number },
    content: Content,
    said: Shown,
  ): SentEvent {
    const { bot, person } = this.ends(who);
    const { replyTo, at = Date.now() } = who;
    bot.meet(person);
    const messageId = bot.nextMessageId(person.telegramId);
    const wire = {
      message_id: messageId,
      from: userOf(person),
      chat: chatOf(person),
      date: Math.floor(at / 1_000),
      ...(replyTo !== undefined && { reply_to_message: this.quoted(bot, person, replyTo) }),
      ...content,
    };
    const event = this.world.updates.send(bot, { content: { message: wire }, person, text: said.text, messageId });
    const bubble = { id: String(messageId), from: 'customer', ...said, replyTo, at, event, wire } as const;
    this.world.conversations.add(this.key(who), bubble);
    return event;
  }

  private quoted(bot: Bot, person: Person, id: string): Content {
    const bubble = this.world.conversations.find(keyOf(bot, person), id);
    return bubble ? quotedWire(bubble) : { message_id: Number(id), chat: chatOf(person), date: 0 };
  }

  private unknownMessage(bot: Bot, person: Person, messageId: number, button: object): Content {
    const date = Math.floor(Date.now() / 1_000);
    const reply_markup = { inline_keyboard: [[button]] };
    return { message_id: messageId, from: bot.asUser(), chat: chatOf(person), date, text: '', reply_markup };
  }

  private ends(who: does.Speaking): { bot: Bot; person: Person } {
    return { bot: this.world.bots.require(who.account), person: this.world.people.named(who.person) };
  }
}
