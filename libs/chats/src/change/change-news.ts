import type { NewEvent } from '#events';
import { hearersOf } from '../chat/audience.js';
import { previewOf } from '../message/preview.js';
import { type MessageState, reactionsOf } from './message-state.js';
import type { Scene } from './scene.js';

/** What a batch of changes tells: for each message what it is now, once for each way in which it changed. */
export function newsOf(scene: Scene): NewEvent[] {
  const reached = scene.reached.map(({ id, chatId, seq, status, ...chat }): NewEvent => {
    return {
      type: 'message.status_changed',
      at: scene.at,
      chatId,
      seq,
      audience: hearersOf(chat),
      data: { messageId: id, status },
    };
  });
  return [
    ...scene.added().map((message) => echoed(scene, message)),
    ...scene.changed().flatMap((message) => differences(scene, scene.original.get(message.id)!, message)),
    ...reached,
  ];
}

function frame(scene: Scene, { chatId, seq }: MessageState) {
  return { at: scene.at, chatId, seq, audience: hearersOf(scene.chats.get(chatId)!) };
}

function echoed(scene: Scene, message: MessageState): NewEvent {
  const data = { messageId: message.id, preview: previewOf(message.content), status: message.status! };
  return { type: 'message.echoed', ...frame(scene, message), data };
}

function differences(scene: Scene, before: MessageState, now: MessageState): NewEvent[] {
  const news: NewEvent[] = [];
  const of = frame(scene, now);
  const messageId = now.id;
  if (now.status !== before.status) {
    const failure = now.failure ? { failure: now.failure } : {};
    news.push({ type: 'message.status_changed', ...of, data: { messageId, status: now.status!, ...failure } });
  }
  if (now.deletedAt) {
    if (!before.deletedAt)
      news.push({ type: 'message.deleted', ...of, data: { messageId, deletedAt: now.deletedAt.toISOString() } });
    return news;
  }
  if (now.content.edit !== before.content.edit && now.editedAt) {
    const data = { messageId, preview: previewOf(now.content), editedAt: now.editedAt.toISOString() };
    news.push({ type: 'message.edited', ...of, data });
  }
  if (wasUnderstood(before, now)) {
    const data = { messageId, preview: previewOf(now.content), editedAt: (now.editedAt ?? scene.at).toISOString() };
    news.push({ type: 'message.edited', ...of, data });
  }
  const reactions = reactionsOf(now.content);
  if (JSON.stringify(reactions) !== JSON.stringify(reactionsOf(before.content))) {
    news.push({ type: 'message.reacted', ...of, data: { messageId, reactions } });
  }
  return news;
}

/** It can be shown now, although nobody edited it. */
function wasUnderstood({ content: before }: MessageState, { content: now }: MessageState): boolean {
  return before.unsupported !== undefined && now.unsupported === undefined && before.edit === now.edit;
}
