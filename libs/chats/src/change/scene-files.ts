import { Injectable } from '@nestjs/common';
import { Attachments, type Expected } from '#attachments';
import { newId, type Tx } from '#database';
import type { Attachment } from '#messenger-kit';
import type { MessageState } from './message-state.js';
import type { Scene } from './scene.js';

/** The content of attachments that came with an edit or an echo, and of those that went with an edit or a deletion. */
@Injectable()
export class SceneFiles {
  constructor(private readonly attachments: Attachments) {}

  /** Gives our ids to what has content; an attachment that stayed keeps its own. */
  name(scene: Scene): void {
    for (const message of touched(scene)) {
      const before = scene.original.get(message.id)?.content.attachments ?? [];
      const { attachments } = message.content;
      if (!attachments || attachments === before) continue;
      const { messenger } = scene.chats.get(message.chatId)!;
      const named = attachments.map((one) => this.named(one, messenger, before));
      scene.put({ ...message, content: { ...message.content, attachments: named } });
    }
  }

  async write(tx: Tx, scene: Scene): Promise<void> {
    const expected: Expected[] = [];
    const gone: string[] = [];
    for (const message of touched(scene)) {
      const before = idsOf(scene.original.get(message.id));
      const after = idsOf(message);
      gone.push(...[...before].filter((id) => !after.has(id)));
      const { messenger, channelId } = scene.chats.get(message.chatId)!;
      for (const attachment of message.content.attachments ?? []) {
        if (attachment.id === undefined || before.has(attachment.id)) continue;
        const { chatId, id: messageId } = message;
        expected.push({ id: attachment.id, messenger, channelId, chatId, messageId, attachment });
      }
    }
    await this.attachments.expect(tx, expected);
    await this.attachments.discard(tx, gone);
  }

  private named(attachment: Attachment, messenger: string, before: readonly Attachment[]): Attachment {
    if (attachment.id !== undefined || !this.attachments.hasContent(messenger, attachment)) return attachment;
    const stayed = before.find((one) => isSame(one, attachment));
    return { ...attachment, id: stayed?.id ?? newId() };
  }
}

function touched(scene: Scene): MessageState[] {
  return [...scene.changed(), ...scene.added()];
}

function idsOf(message: MessageState | undefined): Set<string> {
  return new Set((message?.content.attachments ?? []).flatMap(({ id }) => id ?? []));
}

function isSame(a: Attachment, b: Attachment): boolean {
  return a.type === b.type && a.reference === b.reference;
}
