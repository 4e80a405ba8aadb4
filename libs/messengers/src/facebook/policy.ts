import { at, cleanName, eventKey, fingerprint, textOf } from '#messenger-kit';
import type { AccountEvent, InboundEvent } from '#messenger-kit';
import { ignored, stamp, type Item } from '../meta/messaging/item.js';

const POLICY: ReadonlyMap<string, readonly [AccountEvent['what'], string]> = new Map([
  ['block', ['restricted', 'Facebook has restricted the Page']],
  ['unblock', ['unrestricted', 'Facebook has lifted the restriction of the Page']],
  ['warning', ['warned', 'Facebook has warned the Page']],
]);

/** Concerns the Page, and nobody who writes to it. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_policy_enforcement */
export function policyEnforcement(item: Item): InboundEvent {
  const wire = at(item.wire, 'policy_enforcement') ?? at(item.wire, 'policy-enforcement');
  const action = textOf(at(wire, 'action')) ?? '';
  const [what, said] = POLICY.get(action) ?? [];
  if (what === undefined) return ignored(item.account, 'policy_enforcement', fingerprint(item.wire));
  const reason = cleanName(textOf(at(wire, 'reason')))?.replace(/\.+$/, '');
  return {
    kind: 'account',
    source: item.account,
    key: eventKey('policy_enforcement', action, stamp(item.time), fingerprint(wire)),
    what,
    sentence: reason ? `${said}: ${reason}.` : `${said}.`,
  };
}
