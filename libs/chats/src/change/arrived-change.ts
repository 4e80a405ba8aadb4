import type { ChangeEvent, EchoEvent, MessageContent, NoticeEvent, ReceiptEvent } from '#messenger-kit';
import type { MessageKey, Person } from './change.repository.js';

/** A change that arrived on a channel. */
export interface ArrivedChange {
  readonly channelId: string;
  readonly messenger: string;
  readonly event: ChangeEvent;
}

/** A message that was just stored, by the messenger's id, and who wrote it. */
export interface StoredMessage extends MessageKey {
  readonly sender?: { readonly scope: string; readonly externalId: string };
}

/** What the messenger answered to a message of ours. */
export interface Sent {
  /** Several where it made several of one, an album; the first one first. */
  readonly externalIds: readonly [string, ...string[]];
  readonly sentAt: Date;
}

/** What somebody of ours did to a message, after the messenger agreed. */
export type OwnChange =
  | { readonly kind: 'edit'; readonly content: MessageContent }
  | { readonly kind: 'deletion' }
  /** Without an emoji our reaction is taken back. */
  | { readonly kind: 'reaction'; readonly emoji?: string };

interface Of {
  readonly channelId: string;
  readonly messenger: string;
  /** It waited for its target: applied only by whoever ends that. */
  readonly waitingId?: string;
}

/** A receipt for everything up to a moment. */
export type Watermark = ReceiptEvent & Required<Pick<ReceiptEvent, 'person' | 'upTo'>>;

export type TargetedEvent = Exclude<ChangeEvent, EchoEvent | NoticeEvent>;

/** One thing to do to one message or one person. */
export type Step =
  | (Of & { readonly about: 'message'; readonly target: string; readonly event: TargetedEvent })
  | (Of & { readonly about: 'echo'; readonly event: EchoEvent })
  | (Of & { readonly about: 'watermark'; readonly event: Watermark })
  | (Of & { readonly about: 'notice'; readonly event: NoticeEvent });

export type StepAbout<About extends Step['about']> = Extract<Step, { readonly about: About }>;

/** A receipt for a message and everything before it. */
type ReachingBack = ReceiptEvent & Required<Pick<ReceiptEvent, 'person' | 'upToTargets'>>;

/** A step that concerns the chats of a person. */
export type PersonalStep =
  Exclude<Step, { about: 'message' }> | (StepAbout<'message'> & { readonly event: ReachingBack });

export function isPersonal(step: Step): step is PersonalStep {
  return step.about !== 'message' || (step.event.kind === 'receipt' && step.event.upToTargets === true);
}

/** A change in the single steps it consists of. */
export function stepsOf(change: ArrivedChange & { readonly waitingId?: string }): Step[] {
  const { event, ...of } = change;
  if (event.kind === 'echo') return [{ ...of, about: 'echo', event }];
  if (event.kind === 'notice') return [{ ...of, about: 'notice', event }];
  if (event.kind !== 'receipt') return [{ ...of, about: 'message', target: event.target, event }];
  const targets = event.targets ?? [];
  const { targets: _targets, upTo, upToTargets, person, ownId, ...receipt } = event;
  const own = targets.length === 1 && ownId !== undefined ? { ownId } : {};
  const reaches = event.status === 'delivered' || event.status === 'read';
  const back = upToTargets && person && reaches ? { upToTargets, person } : {};
  const steps = targets.map((target): Step => {
    return { ...of, about: 'message', target, event: { ...receipt, ...own, ...back, targets: [target] } };
  });
  if (!upTo || !person || !reaches) return steps;
  return [...steps, { ...of, about: 'watermark', event: { ...receipt, person, upTo } }];
}

/** Whom a step that is about a person is about. */
export function personOf({ channelId, messenger, ...step }: PersonalStep): Person {
  const { scope, externalId } = step.about === 'echo' ? step.event.recipient : step.event.person;
  return { channelId, messenger, scope, externalId };
}
