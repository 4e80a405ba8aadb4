import { newId } from '#database';
import type { EchoEvent, EditEvent, MessageContent } from '#messenger-kit';
import { isPersonal, personOf, type StepAbout, type TargetedEvent } from './arrived-change.js';
import type { HeldChat } from './change.repository.js';
import {
  deleted,
  edited,
  isSettled,
  type MessageState,
  proved,
  reacted,
  reactorOf,
  receipted,
  statusFor,
  type Version,
  withChangesOf,
} from './message-state.js';
import { raise } from './person-steps.js';
import type { Scene } from './scene.js';
import { personKey } from './waiting-changes.repository.js';

/**
 * An edit, a deletion, a reaction, a receipt: done to its message, or kept until that is there. A receipt that gives our id
 * back proves that the messenger has the message; where that has another id by now it is about an earlier try.
 */
export function changeMessage(scene: Scene, step: StepAbout<'message'>): void {
  const { channelId, target, event } = step;
  const key = { channelId, externalId: target };
  const own = scene.ownOf(step);
  if (own && scene.messageOf(key)?.id !== own.id) {
    if (isSettled(own)) return;
    prove(scene, own, channelId, [target], undefined);
  }
  const message = scene.messageOf(key);
  if (message && isPersonal(step) && message.direction === 'outbound')
    raise(scene, step, step.event.status, message.sentAt);
  if (message) scene.put(after(message, event, scene.at));
  else if (!isProofAlone(event)) scene.wait(step, 'message', target);
}

/** Of a message that is not ours it says nothing, also later. */
function isProofAlone(event: TargetedEvent): boolean {
  return event.kind === 'receipt' && event.status === 'sent';
}

function after(message: MessageState, event: TargetedEvent, at: Date): MessageState {
  if (event.kind === 'receipt') {
    const isOfEarlierTry = event.status === 'failed' && message.externalId !== null && !isSettled(message);
    if (event.status === 'sent' || isOfEarlierTry) return message;
    return receipted(message, event.status, event.failure);
  }
  const version: Version = { at: event.at?.toISOString() ?? null, rank: event.rank };
  if (event.kind === 'edit') return edited(message, contentOf(event, message), version, at);
  if (event.kind === 'deletion') return deleted(message, event.at ?? at);
  const by = event.by === 'account' ? 'channel' : 'contact';
  return reacted(message, { who: reactorOf(event.by), by, emojis: event.emojis, ...version });
}

function contentOf({ content, textOnly }: EditEvent, message: MessageState): MessageContent {
  return textOnly ? { ...message.content, ...content } : content;
}

/** Something the account itself said: our own message come back, one we have already, or one written elsewhere. */
export function takeEcho(scene: Scene, step: StepAbout<'echo'>): void {
  const { event, channelId } = step;
  const known = scene.messageOf({ channelId, externalId: event.externalId });
  const own = scene.ownOf(step);
  if (own) return prove(scene, own, channelId, [event.externalId], event.sentAt);
  if (known) {
    if (known.direction === 'outbound')
      scene.put(proved(known, event.externalId, event.sentAt, scene.upToOf(known.chatId)));
    return;
  }
  const chat = scene.chats.get(scene.personOf(personOf(step))?.chatId ?? '');
  if (!chat) scene.wait(step, 'person', personKey(event.recipient));
  else if (scene.sending.has(chat.id)) scene.wait(step, 'message', event.externalId);
  else {
    const ours = event.mayBeOurs && unconfirmedLike(scene, chat, event);
    if (ours) prove(scene, ours, channelId, [event.externalId], event.sentAt);
    else addForeign(scene, step, chat);
  }
}

/** How long before a messenger has a message it may have been tried, and how far its clock may be behind ours. */
const EARLIER_MS = 3 * 60_000;
const BEHIND_MS = 60_000;

/** The first message of unknown fate in this chat that an echo can be of, by what both say and when. */
function unconfirmedLike(
  scene: Scene,
  chat: HeldChat,
  { content, sentAt = scene.at }: EchoEvent,
): MessageState | undefined {
  const isLike = (one: MessageState) => {
    const lead = sentAt.getTime() - (one.triedAt ?? one.sentAt).getTime();
    return lead < EARLIER_MS && lead > -BEHIND_MS && essenceOf(one.content) === essenceOf(content);
  };
  return [...scene.messages.values()]
    .filter((one) => one.chatId === chat.id && one.status === 'unconfirmed' && one.externalId === null && isLike(one))
    .sort((one, other) => one.seq - other.seq)[0];
}

/** The words alone where there are some: a messenger may show choices as an attachment. */
function essenceOf({ text, attachments = [] }: MessageContent): string {
  return text?.trim() || `[${attachments.map(({ type }) => type).join()}]`;
}

/**
 * The messenger has this message of ours. A copy that was taken for one written elsewhere makes room for it, and what
 * happened to the copy happened to the message; whatever else has one of these ids keeps it: the messenger gave the id
 * twice, and this message does without.
 */
export function prove(
  scene: Scene,
  message: MessageState,
  channelId: string,
  externalIds: readonly string[],
  sentAt: Date | undefined,
): void {
  const ids = externalIds.filter((externalId) => {
    const known = scene.messageOf({ channelId, externalId });
    return !known || known.id === message.id || isCopy(known);
  });
  let sent = proved(message, ids[0], sentAt, scene.upToOf(message.chatId));
  for (const externalId of ids) {
    const known = scene.messageOf({ channelId, externalId });
    if (known?.id === message.id) continue;
    if (known) {
      sent = withChangesOf(known, sent, scene.at);
      giveUp(scene, known);
    }
    scene.know({ channelId, externalId }, message.id);
    if (externalId !== sent.externalId) scene.furtherIds.push({ channelId, externalId, messageId: message.id });
  }
  scene.put(sent);
}

/** Nothing was ever tried here to send it. */
function isCopy({ direction, attempts }: MessageState): boolean {
  return direction === 'outbound' && attempts === 0;
}

function giveUp(scene: Scene, copy: MessageState): void {
  scene.givenUp.add(copy.id);
  scene.put({ ...deleted(copy, scene.at), externalId: null });
}

function addForeign(scene: Scene, { event, channelId }: StepAbout<'echo'>, chat: HeldChat): void {
  const sentAt = event.sentAt ?? scene.at;
  const id = newId();
  chat.lastSeq += 1;
  scene.know({ channelId, externalId: event.externalId }, id);
  scene.fresh.add(id);
  scene.put({
    id,
    chatId: chat.id,
    seq: chat.lastSeq,
    direction: 'outbound',
    externalId: event.externalId,
    content: event.content,
    status: statusFor(sentAt, scene.upToOf(chat.id)),
    failure: null,
    attempts: 0,
    sentAt,
    triedAt: null,
    editedAt: null,
    deletedAt: null,
  });
}
