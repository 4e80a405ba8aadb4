import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { Page } from '#api-kit';
import { ContactTimeline, Conversation } from '#chats';
import { ContactDirectory, type ContactView, MergeContacts } from '#contacts';
import { Database } from '#database';
import { audit, type Caller } from '#identity';

const LIMIT = 100;

/** All that is kept of a person, for the person. */
@Injectable()
export class PersonExport {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactDirectory,
    private readonly merges: MergeContacts,
    private readonly timeline: ContactTimeline,
    private readonly conversation: Conversation,
  ) {}

  /** Written down before the first byte leaves. One JSON document, made page by page while it is read: however long the history, little of it is in memory. */
  async of(caller: Caller, contactId: string): Promise<{ readonly name: string; readonly body: Readable }> {
    const contact = await this.contacts.get(caller, contactId);
    await this.database.transaction((tx) => audit(tx, { action: 'contact.exported', subjectId: contact.id }));
    return { name: `contact-${contact.id}.json`, body: Readable.from(this.document(caller, contact)) };
  }

  private async *document(caller: Caller, contact: ContactView): AsyncGenerator<string> {
    const { id } = contact;
    yield `{"exportedAt":${JSON.stringify(new Date())},\n"contact":${JSON.stringify(contact)},\n"merges":`;
    yield* list(pages((cursor) => this.merges.listContactMerges(caller, id, { cursor, limit: LIMIT })));
    yield ',\n"chats":[';
    let separator = '';
    for await (const chat of pages((cursor) =>
      this.timeline.getContactTimeline(caller, id, { cursor, limit: LIMIT }),
    )) {
      yield `${separator}\n{"chat":${JSON.stringify(chat)},"messages":`;
      const messages = (cursor?: string) =>
        this.conversation.getMessagesByChatId(caller, chat.chatId, { cursor, limit: LIMIT });
      yield* list(pages(messages));
      yield '}';
      separator = ',';
    }
    yield '],\n"complete":true}\n';
  }
}

async function* pages<Item>(ask: (cursor?: string) => Promise<Page<Item>>): AsyncGenerator<Item> {
  for (let cursor: string | undefined, more = true; more;) {
    const { data, page }: Page<Item> = await ask(cursor);
    yield* data;
    cursor = page.next ?? undefined;
    more = cursor !== undefined;
  }
}

async function* list(items: AsyncIterable<unknown>): AsyncGenerator<string> {
  let separator = '[';
  for await (const item of items) {
    yield `${separator}\n${JSON.stringify(item)}`;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
