import { Injectable } from '@nestjs/common';
import { Attachments, type Expected, kept, keptIds } from '#attachments';
import { newId, type Tx } from '#database';
import type { Attachment } from '#messenger-kit';
import type { MessageState } from './message-state.js';
import type { Scene } from './scene.js';

/** The content of attachments that came with an edit or an echo, and of those that went with an edit or a deletion. */
@Injectable()
export class SceneFiles {
  constructor(private readonly attachments: Attachments) {}

  /** Gives our ids to what has content; an attachment that stayed keeps its own. */
  async name(tx: Tx, scene: Scene): Promise<void> {
    const came = touched(scene).filter((message) => {
      const files = filesOf(message);
      return files.length > 0 && files !== filesOf(scene.original.get(message.id));
    });
    const before = came.flatMap(({ id }) => [...idsOf(scene.original.get(id))]);
    const lost = await this.lost(tx, before);
    for (const message of came) {
      const attachments = this.named(scene, message, lost);
      scene.put({ ...message, content: { ...message.content, attachments } });
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
      for (const id of after) {
        const attachment = scene.toFetch.get(id);
        if (!attachment) continue;
        const { chatId, id: messageId } = message;
        expected.push({ id, messenger, channelId, chatId, messageId, attachment });
      }
    }
    await this.attachments.expect(tx, expected);
    await this.attachments.discard(tx, gone);
  }

  private named(scene: Scene, message: MessageState, lost: ReadonlySet<string>): Attachment[] {
    const { messenger } = scene.chats.get(message.chatId)!;
    const isNew = (one: Attachment) => one.id === undefined && this.attachments.hasContent(messenger, one);
    const ids = keptIds(filesOf(message).filter(isNew), filesOf(scene.original.get(message.id)), lost);
    return filesOf(message).map((attachment) => {
      if (!isNew(attachment)) return attachment;
      const stayed = ids.shift();
      const id = stayed ?? newId();
      if (stayed === undefined) scene.toFetch.set(id, attachment);
      return kept(attachment, id);
    });
  }

  /** Those of them whose content is not here, and will not be. */
  private async lost(tx: Tx, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const files = await this.attachments.views(tx, ids);
    const lost = [...files.values()].filter(({ state }) => state === 'failed' || state === 'too_large');
    return new Set(lost.map(({ id }) => id));
  }
}

const NONE: readonly Attachment[] = [];

function filesOf(message: MessageState | undefined): readonly Attachment[] {
  return message?.content.attachments ?? NONE;
}

function touched(scene: Scene): MessageState[] {
  return [...scene.changed(), ...scene.added()];
}

function idsOf(message: MessageState | undefined): Set<string> {
  return new Set(filesOf(message).flatMap(({ id }) => id ?? []));
}
