import { Injectable } from '@nestjs/common';
import { newId, type Tx } from '#database';
import type { NewEvent } from '#events';
import { hearersOf } from '../chat/audience.js';
import { previewOfStored } from '../message/preview.js';
import { type AddedMessage, ChangeWritesRepository } from './change-writes.repository.js';
import { newsOf } from './change-news.js';
import type { HeldChat } from './change.repository.js';
import type { MessageState } from './message-state.js';
import { ReceiptsRepository } from './receipts.repository.js';
import { SceneFiles } from './scene-files.js';
import type { Line, Scene } from './scene.js';
import { WaitingChangesRepository } from './waiting-changes.repository.js';

/** Writes what became of a scene, a few statements however much it is. */
@Injectable()
export class SceneWriter {
  constructor(
    private readonly writes: ChangeWritesRepository,
    private readonly receipts: ReceiptsRepository,
    private readonly waiting: WaitingChangesRepository,
    private readonly files: SceneFiles,
  ) {}

  async write(tx: Tx, scene: Scene): Promise<NewEvent[]> {
    const lines = scene.lines.map(numbered);
    await this.files.name(tx, scene);
    // In this order, without waiting for each other's answer.
    await Promise.all([
      this.writeMessages(tx, scene, lines),
      this.files.write(tx, scene),
      this.writeReceipts(tx, scene),
      this.writePreviews(tx, scene),
    ]);
    return [...newsOf(scene), ...lines.map((line, index) => noted(line, scene.lines[index]!.chat, scene.at))];
  }

  private async writeMessages(tx: Tx, scene: Scene, lines: readonly AddedLine[]): Promise<void> {
    const changed = scene.changed();
    const [copies, others] = [
      changed.filter(({ id }) => scene.givenUp.has(id)),
      changed.filter(({ id }) => !scene.givenUp.has(id)),
    ];
    const chatOf = ({ chatId }: MessageState): HeldChat => scene.chats.get(chatId)!;
    const added = scene.added().map((message) => toAdded(message, chatOf(message)));
    const messages = [...added, ...lines.map((line) => toLine(line, scene.at))];
    const numbers = [...new Set(messages.map(({ chatId }) => chatId))].map((id) => {
      const leftAt = added.filter(({ chatId }) => chatId === id).map(({ sentAt }) => sentAt.getTime());
      const outboundAt = leftAt.length > 0 ? new Date(Math.max(...leftAt)) : null;
      return { id, lastSeq: scene.chats.get(id)!.lastSeq, outboundAt };
    });
    await Promise.all([
      this.writes.update(tx, copies),
      this.writes.update(tx, others),
      this.writes.insert(tx, messages, scene.at),
      this.writes.number(tx, numbers),
      this.writes.addIds(tx, scene.furtherIds),
      this.waiting.keep(tx, scene.waiting),
    ]);
  }

  private async writeReceipts(tx: Tx, scene: Scene): Promise<void> {
    await this.receipts.await(tx, firstSentOf(scene));
    scene.reached = await this.receipts.reach(tx, [...scene.watermarks.values()]);
    await this.receipts.advance(tx, scene.awaited);
    await this.receipts.block(tx, [...scene.blockings.values()]);
  }

  /** Lists show the newest message as it is now. When one of ours was said, the messenger tells once it has it. */
  private async writePreviews(tx: Tx, scene: Scene): Promise<void> {
    const shown = scene.changed().filter((message) => {
      const before = scene.original.get(message.id)!;
      const { content, deletedAt, sentAt } = message;
      const { edit, unsupported } = before.content;
      const saysTheSame = edit === content.edit && unsupported === content.unsupported;
      return !saysTheSame || before.deletedAt !== deletedAt || before.sentAt.getTime() !== sentAt.getTime();
    });
    const chatIds = new Set([...scene.added(), ...shown].map(({ chatId }) => chatId));
    const latest = await this.writes.latest(tx, [...chatIds]);
    await this.writes.preview(
      tx,
      latest.map(({ chatId, direction, sentAt, ...message }) => ({
        chatId,
        direction,
        sentAt,
        preview: previewOfStored(message),
      })),
    );
  }
}

type AddedLine = Line & { readonly id: string; readonly seq: number };

function numbered({ chat, text }: Line): AddedLine {
  chat.lastSeq += 1;
  return { chat, text, id: newId(), seq: chat.lastSeq };
}

function toLine({ id, seq, chat, text }: AddedLine, at: Date): AddedMessage {
  const place = { chatId: chat.id, channelId: chat.channelId, seq };
  return {
    id,
    ...place,
    direction: 'system',
    externalId: null,
    content: { text },
    status: null,
    failure: null,
    sentAt: at,
    editedAt: null,
    deletedAt: null,
  };
}

function toAdded(message: MessageState, { channelId }: HeldChat): AddedMessage {
  return { ...message, channelId };
}

function noted({ id, seq, text }: AddedLine, chat: HeldChat, at: Date): NewEvent {
  const data = { messageId: id, preview: text };
  return { type: 'message.noted', at, chatId: chat.id, seq, audience: hearersOf(chat), data };
}

const AWAITING: ReadonlySet<string | null> = new Set(['sent', 'delivered']);

/** The first message of each chat that just proved to be sent and has not been read. */
function firstSentOf(scene: Scene): { chatId: string; seq: number }[] {
  const first = new Map<string, { chatId: string; seq: number }>();
  for (const { id, chatId, seq, status } of [...scene.added(), ...scene.changed()]) {
    const before = scene.original.get(id)?.status;
    if (!AWAITING.has(status) || (before && AWAITING.has(before))) continue;
    if (seq < (first.get(chatId)?.seq ?? Infinity)) first.set(chatId, { chatId, seq });
  }
  return [...first.values()];
}
