import type { NoticeEvent, ReceiptEvent } from '#messenger-kit';
import { type PersonalStep, personOf, type StepAbout } from './arrived-change.js';
import type { Scene } from './scene.js';
import { personKey } from './waiting-changes.repository.js';

/** Of several moments of one person in a batch the latest counts. */
export function raiseWatermark(scene: Scene, step: StepAbout<'watermark'>): void {
  const { status, upTo, person } = step.event;
  if (!raise(scene, step, status, upTo)) scene.wait(step, 'person', personKey(person));
}

/** The same where a message says up to when. False where nobody knows the person. */
export function raise(scene: Scene, step: PersonalStep, status: ReceiptEvent['status'], upTo: Date): boolean {
  const person = scene.personOf(personOf(step));
  if (!person) return false;
  const { identityId } = person;
  const { channelId } = step;
  const last = scene.watermarks.get(identityId + channelId);
  const readUpTo = later(last?.readUpTo, status === 'read' ? upTo : null);
  const deliveredUpTo = later(last?.deliveredUpTo, upTo);
  scene.watermarks.set(identityId + channelId, { identityId, channelId, deliveredUpTo, readUpTo });
  return true;
}

function later(a: Date | null | undefined, b: Date | null): Date | null {
  return !a || (b && b > a) ? b : a;
}

/** A line in the person's open chat, where they have one. Who we do not know has none. */
export function takeNotice(scene: Scene, step: StepAbout<'notice'>): void {
  const { event, channelId } = step;
  const person = scene.personOf(personOf(step));
  if (!person) return;
  const { identityId } = person;
  const at = event.at ?? scene.at;
  if (event.what === 'blocked' || event.what === 'unblocked') {
    const last = scene.blockings.get(identityId + channelId);
    const blockedAt = later(last?.blockedAt, event.what === 'blocked' ? at : null);
    const unblockedAt = later(last?.unblockedAt, event.what === 'unblocked' ? at : null);
    scene.blockings.set(identityId + channelId, { identityId, channelId, blockedAt, unblockedAt });
  }
  const chat = scene.chats.get(person.chatId ?? '');
  if (chat?.open) scene.lines.push({ chat, text: lineOf(event) });
}

const LINES: Readonly<Record<NoticeEvent['what'], string>> = {
  blocked: 'The contact blocked this account: answers would not arrive.',
  unblocked: 'The contact unblocked this account.',
  referral: 'The contact came back through a link',
  opt_in: 'The contact agreed to receive messages',
  opt_out: 'The contact no longer wants to receive notifications.',
  thread_taken: 'Another application took over this conversation.',
  thread_given: 'This conversation was handed over to us.',
};

function lineOf({ what, referral }: NoticeEvent): string {
  if (what !== 'referral' && what !== 'opt_in') return LINES[what];
  const where = [referral?.source, referral?.ref].filter(Boolean).join(': ');
  return where ? `${LINES[what]} (${where}).` : `${LINES[what]}.`;
}
