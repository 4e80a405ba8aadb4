import type { Attachment, MessageContent, MessageDirection, MessageStatus, Reaction, Sender } from '#messenger-kit';
import type { Failure } from '../outgoing/outgoing-message.js';

/** When something was changed: of two changes the one with the higher rank holds, of two with the same the later one. */
export interface Version {
  /** An ISO string; null where the messenger does not say: earlier than any time. */
  readonly at: string | null;
  readonly rank: number;
}

/** One person's reactions on a message; kept when they took the last one back, so that an older one stays beaten. */
export interface StoredReaction extends Version {
  /** `account` for everybody of ours: the messenger knows one account. */
  readonly who: string;
  readonly by: Reaction['by'];
  readonly emojis: readonly string[];
}

/** What the columns `text` and `content` of a message hold together. */
export interface StoredContent extends MessageContent {
  readonly reactions?: readonly StoredReaction[];
  /** The edit that holds. */
  readonly edit?: Version;
}

/** A stored message, as far as it can change. */
export interface MessageState {
  readonly id: string;
  readonly chatId: string;
  readonly seq: number;
  readonly direction: MessageDirection;
  readonly externalId: string | null;
  readonly content: StoredContent;
  readonly status: MessageStatus | null;
  readonly failure: Failure | null;
  readonly attempts: number;
  readonly sentAt: Date;
  /** When it was last tried to send it from here. */
  readonly triedAt: Date | null;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

export interface Reacted extends Version {
  readonly who: string;
  readonly by: Reaction['by'];
  readonly emojis: readonly string[];
}

/*
 * Each of these gives the message as it is after a change, and the message itself where the change changes nothing. In
 * whatever order and how often changes come, the end is the same.
 */

/** The new content holds if it is the newest; a message whose content never changed does not count as edited. */
export function edited(message: MessageState, content: MessageContent, version: Version, at: Date): MessageState {
  if (message.deletedAt) return message;
  const before = message.content;
  const same = visible(content) === visible(before);
  if (!isNewer(version, before.edit)) {
    if (same || message.editedAt || !before.edit) return message;
    return { ...message, editedAt: timeOf(before.edit, at) };
  }
  const editedAt = same && !message.editedAt ? null : timeOf(version, at);
  return { ...message, content: { ...contentAfter(before, content), edit: version }, editedAt };
}

/**
 * Today's reading of what could not be shown when it was stored. A later edit holds all the same, and files that are here
 * already stay.
 */
export function understood(message: MessageState, content: MessageContent): MessageState {
  const { unsupported, edit, reactions, attachments = [] } = message.content;
  if (message.deletedAt || unsupported === undefined || content.unsupported !== undefined || edit) return message;
  return { ...message, content: withoutAbsent({ ...content, ...withFilesOf(attachments, content), reactions }) };
}

/** The links of files expire: what was fetched of this message, or is being fetched, is not asked for again. */
function withFilesOf(
  before: readonly Attachment[],
  { attachments }: MessageContent,
): Pick<MessageContent, 'attachments'> {
  const here = before.filter(({ id }) => id !== undefined);
  const named = attachments?.map((attachment) => {
    const index = here.findIndex(({ type }) => type === attachment.type);
    const { reference: _reference, ...rest } = attachment;
    return index === -1 ? attachment : { ...rest, id: here.splice(index, 1)[0]!.id };
  });
  return named ? { attachments: named } : {};
}

/** Nothing of what it said is left, and nothing brings it back. */
export function deleted(message: MessageState, deletedAt: Date): MessageState {
  if (message.deletedAt && message.deletedAt <= deletedAt) return message;
  return { ...message, content: {}, editedAt: null, deletedAt };
}

/** The last word of each person holds. */
export function reacted(message: MessageState, { who, by, emojis, at, rank }: Reacted): MessageState {
  if (message.deletedAt) return message;
  const reactions = message.content.reactions ?? [];
  const last = reactions.find((reaction) => reaction.who === who);
  if (last && !isNewer({ at, rank }, last)) return message;
  const others = reactions.filter((reaction) => reaction.who !== who);
  const all = [...others, { who, by, emojis, at, rank }].sort((a, b) => (a.who < b.who ? -1 : 1));
  return { ...message, content: { ...message.content, reactions: all } };
}

const FORWARD: readonly (MessageStatus | null)[] = [
  'queued',
  'sending',
  'unconfirmed',
  'sent',
  'failed',
  'delivered',
  'read',
];

/** Receipts only move a status forward; that it was delivered contradicts that it failed. */
export function receipted(message: MessageState, status: 'delivered' | 'read' | 'failed', failure?: Failure) {
  const reached = FORWARD.indexOf(message.status);
  if (message.direction !== 'outbound' || reached === -1 || reached >= FORWARD.indexOf(status)) return message;
  return { ...message, status, failure: status === 'failed' ? (failure ?? UNNAMED_FAILURE) : null };
}

const UNNAMED_FAILURE: Failure = { code: 'failed', sentence: 'The messenger could not deliver the message.' };

/** How far the person has what was sent to them. */
export interface UpTo {
  readonly deliveredUpTo: Date | null;
  readonly readUpTo: Date | null;
}

/** Its last try has an id, and a fate. */
export function isSettled({ externalId, status }: MessageState): boolean {
  return externalId !== null && !OPEN.has(status);
}

/**
 * The messenger proved that it has the message: it answered with its id, or the message came back. What the person is
 * known to have read includes it.
 */
export function proved(
  message: MessageState,
  externalId: string | undefined,
  sentAt: Date | undefined,
  upTo: UpTo,
): MessageState {
  const settled = isSettled(message);
  // What is not settled and has an id has it of an earlier try, which failed: there is no such message any more.
  const id = settled ? message.externalId : (externalId ?? message.externalId);
  const sent = { ...message, externalId: id, sentAt: sentAt ?? message.sentAt };
  if (!settled) return { ...sent, status: statusFor(sent.sentAt, upTo), failure: null };
  return sent.sentAt.getTime() === message.sentAt.getTime() ? message : sent;
}

/** The message with the receipts, the words, the reactions and the deletion that came for a copy of it. */
export function withChangesOf(copy: MessageState, message: MessageState, at: Date): MessageState {
  const { status, failure, deletedAt, content } = copy;
  const isReceipt = status === 'delivered' || status === 'read' || status === 'failed';
  const reached = isReceipt ? receipted(message, status, failure ?? undefined) : message;
  if (deletedAt) return deleted(reached, deletedAt);
  const { attachments } = message.content;
  const worded = content.edit ? edited(reached, { ...content, attachments }, content.edit, at) : reached;
  return (content.reactions ?? []).reduce(reacted, worded);
}

const OPEN: ReadonlySet<MessageStatus | null> = new Set(['queued', 'sending', 'unconfirmed']);

export function statusFor(sentAt: Date, { deliveredUpTo, readUpTo }: UpTo): 'sent' | 'delivered' | 'read' {
  if (readUpTo && sentAt <= readUpTo) return 'read';
  return deliveredUpTo && sentAt <= deliveredUpTo ? 'delivered' : 'sent';
}

/** The reactions there are now, as everybody sees them. */
export function reactionsOf(content: StoredContent): Reaction[] {
  return (content.reactions ?? []).flatMap(({ by, emojis }) => emojis.map((emoji) => ({ emoji, by })));
}

/** One key for each person on the messenger. */
export function reactorOf(by: Sender | 'account'): string {
  return by === 'account' ? 'account' : `${by.scope}/${by.externalId}`;
}

/** Of two with the same time and rank nobody can tell: the one that came later holds. */
function isNewer(version: Version, than: Version | undefined): boolean {
  if (!than) return true;
  return version.rank === than.rank ? (version.at ?? '') >= (than.at ?? '') : version.rank > than.rank;
}

function timeOf(version: Version, otherwise: Date): Date {
  return version.at === null ? otherwise : new Date(version.at);
}

/** What a message answers and what was pressed to make it stay as they are, whatever an edit says. */
function contentAfter(before: StoredContent, after: MessageContent): StoredContent {
  const { replyTo, quote, referral, choice, reactions } = before;
  const { text, attachments, choices, unsupported } = after;
  return withoutAbsent({ text, attachments, choices, unsupported, replyTo, quote, referral, choice, reactions });
}

function withoutAbsent(content: StoredContent): StoredContent {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined));
}

/** What a reader sees of a content, comparable. */
function visible({ text, attachments = [], choices = [], unsupported }: MessageContent): string {
  const shown = attachments.map(({ id: _id, reference: _reference, mark: _mark, ...rest }) => rest);
  return JSON.stringify(sorted([text ?? '', shown, choices, unsupported ?? null]));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, field]) => [key, sorted(field)]));
}
