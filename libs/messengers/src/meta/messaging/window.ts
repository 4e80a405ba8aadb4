import type { PolicyContext, Power, SendPolicy } from '#messenger-kit';
import type { Names } from '../names.js';

const WINDOW_MS = 24 * 60 * 60 * 1000;
const HUMAN_WINDOW_MS = 7 * WINDOW_MS;
/** The tag is for messages. */
const UNTAGGED: ReadonlySet<Power> = new Set(['edit', 'delete', 'react', 'typing', 'mark_seen']);

export interface Window {
  readonly names: Names;
  readonly powers: readonly Power[];
  /** Whether Meta has granted our app the Human Agent feature. */
  readonly humanAgentTag: boolean;
}

/**
 * Meta's standard messaging window: 24 hours from when the person last wrote, by Meta's clock. Within 7 days a human may
 * still answer under a tag, where Meta has granted that. https://developers.facebook.com/docs/messenger-platform/policy/policy-overview
 */
export function policyWithin(
  { names: { network, account }, powers, humanAgentTag }: Window,
  { lastInboundAt, now, human }: PolicyContext,
): SendPolicy {
  if (!lastInboundAt) return closed(`The person has not written to the ${account} yet; only they can begin.`);
  const until = new Date(lastInboundAt.getTime() + WINDOW_MS);
  if (now < until) return { allowed: true, until, reason: null, kinds: powers, tag: null };
  if (!humanAgentTag) return closed(`${network} allows answers within 24 hours after the person last wrote.`);
  const untilForHumans = new Date(lastInboundAt.getTime() + HUMAN_WINDOW_MS);
  if (now >= untilForHumans) return closed(`${network} allows answers within 7 days after the person last wrote.`);
  if (!human) return closed(`Later than 24 hours after the person last wrote, only a human may answer on ${network}.`);
  const kinds = powers.filter((power) => !UNTAGGED.has(power));
  return { allowed: true, until: untilForHumans, reason: null, kinds, tag: 'HUMAN_AGENT' };
}

function closed(reason: string): SendPolicy {
  return { allowed: false, until: null, reason, kinds: [], tag: null };
}
