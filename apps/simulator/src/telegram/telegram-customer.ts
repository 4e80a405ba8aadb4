import type { CustomerSide, Pressing, SendingFile, Speaking, Writing } from '../customer.js';
import { randomDigits } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import type { Person } from '../people.js';
import type { World } from '../world.js';
import { chatOf, userOf, type Bot } from './bot.js';

const CALLBACK_LIFE_MS = 150_000;

/** What a person does in the Telegram app. */
export class TelegramCustomer implements CustomerSide {
  constructor(private readonly world: World) {}

  key(who: Speaking) {
    const personId = String(this.world.people.named(who.person).telegramId);
    return { messenger: 'telegram', account: who.account, personId } as const;
  }

  write(writing: Writing): SentEvent {
    const { text, replyTo } = writing;
    const quoted = replyTo === undefined ? {} : { reply_to_message: { message_id: Number(replyTo), date: 0 } };
    return this.send(writing, { ...quoted, text }, { text }, writing.at);
  }

  sendFile(file: SendingFile): SentEvent {
    const { id, bytes } = this.world.files.add(file);
    const reference = { file_id: id, file_unique_id: id.slice(0, 14), file_size: bytes.length };
    const caption = file.caption === undefined ? {} : { caption: file.caption };
    const content =
      file.kind === 'image'
        ? { photo: [{ ...reference, width: 640, height: 480 }], ...caption }
        : { document: { file_name: file.name, mime_type: file.type, ...reference }, ...caption };
    return this.send(file, content, { text: file.caption, file: { kind: file.kind, name: file.name } });
  }

  press(pressing: Pressing): SentEvent {
    const { bot, person } = this.ends(pressing);
    const id = randomDigits(19);
    bot.callbackQueries.set(id, Date.now() + CALLBACK_LIFE_MS);
    const button = { text: pressing.title, callback_data: pressing.payload };
    const bubbles = this.world.conversations.of(this.key(pressing));
    const shown = bubbles.findLast((bubble) => bubble.buttons?.some(({ payload }) => payload === pressing.payload));
    const message = {
      message_id: Number(pressing.messageId ?? shown?.id ?? 0),
      from: bot.asUser(),
      chat: chatOf(person),
      date: Math.floor((shown?.at ?? Date.now()) / 1_000),
      text: shown?.text ?? '',
      reply_markup: { inline_keyboard: [[button]] },
    };
    const query = { id, from: userOf(person), message, chat_instance: randomDigits(19), data: pressing.payload };
    return this.world.updates.send(bot, { content: { callback_query: query }, person, text: pressing.payload });
  }

  acquaint(who: Speaking): void {
    const { bot, person } = this.ends(who);
    bot.meet(person);
  }

  block(who: Speaking): SentEvent {
    const { bot, person } = this.ends(who);
    bot.block(person);
    const change = {
      chat: chatOf(person),
      from: userOf(person),
      date: Math.floor(Date.now() / 1_000),
      old_chat_member: { user: bot.asUser(), status: 'member' },
      new_chat_member: { user: bot.asUser(), status: 'kicked', until_date: 0 },
    };
    return this.world.updates.send(bot, { content: { my_chat_member: change }, person });
  }

  /** Telegram tells nobody what was read. */
  read(): undefined {
    return undefined;
  }

  private send(
    who: Speaking,
    content: Readonly<Record<string, unknown>>,
    shown: { text?: string; file?: { kind: string; name: string } },
    at = Date.now(),
  ): SentEvent {
    const { bot, person } = this.ends(who);
    bot.meet(person);
    const messageId = bot.nextMessageId(person.telegramId);
    const date = Math.floor(at / 1_000);
    const message = { message_id: messageId, from: userOf(person), chat: chatOf(person), date, ...content };
    const event = this.world.updates.send(bot, { content: { message }, person, text: shown.text, messageId });
    this.world.conversations.add(this.key(who), { id: String(messageId), from: 'customer', ...shown, at, event });
    return event;
  }

  private ends(who: Speaking): { bot: Bot; person: Person } {
    return { bot: this.world.bots.require(who.account), person: this.world.people.named(who.person) };
  }
}
