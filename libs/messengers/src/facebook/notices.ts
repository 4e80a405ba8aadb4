import { at, cleanName, eventKey, fingerprint, idOf, textOf } from '#messenger-kit';
import type { AccountEvent, InboundEvent, NoticeEvent, Referral } from '#messenger-kit';
import { referralOf } from './content.js';
import { ignored, ofNobody, personOf, stamp, type Item } from './item.js';

/** Somebody came back through a link or an advertisement. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_referrals */
export function referral(item: Item): InboundEvent {
  return notice(item, 'referral', 'referral', referralOf(at(item.wire, 'referral')));
}

/** https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/messaging_optins */
export function optIn(item: Item): InboundEvent {
  const wire = at(item.wire, 'optin');
  const ref = textOf(at(wire, 'ref')) ?? textOf(at(wire, 'payload'));
  const status = textOf(at(wire, 'notification_messages_status')) ?? '';
  const what = /^stop/i.test(status) ? 'opt_out' : 'opt_in';
  // The plugin names its guest in the opt-in, and no sender.
  if (item.sender === undefined && textOf(at(wire, 'user_ref')) !== undefined) {
    return ignored(item.page, 'guest', 'optin', fingerprint(item.wire));
  }
  return notice(item, 'optin', what, referralOf({ ref, source: at(wire, 'type') }));
}

export function optOut(item: Item): InboundEvent {
  return notice(item, 'optout', 'opt_out');
}

/** https://developers.facebook.com/docs/messenger-platform/conversation-routing */
export function threadPassed(item: Item): InboundEvent {
  const owner = idOf(at(item.wire, 'pass_thread_control', 'new_owner_app_id'));
  if (owner === undefined) return ignored(item.page, 'thread_control', fingerprint(item.wire));
  return notice(item, 'pass_thread_control', owner === item.app ? 'thread_given' : 'thread_taken');
}

/** Told to the app that had the thread, and where Meta names it to the one that took it; between others nothing changes for us. */
export function threadTaken(item: Item): InboundEvent {
  const wire = at(item.wire, 'take_thread_control');
  const [previous, owner] = ['previous_owner_app_id', 'new_owner_app_id'].map((name) => idOf(at(wire, name)));
  if (owner !== undefined && owner === item.app) return notice(item, 'take_thread_control', 'thread_given');
  if (previous !== undefined && previous !== item.app) {
    return ignored(item.page, 'thread_control', fingerprint(item.wire));
  }
  return notice(item, 'take_thread_control', 'thread_taken');
}

function notice(item: Item, name: string, what: NoticeEvent['what'], referral?: Referral): InboundEvent {
  const key = eventKey(name, item.sender, stamp(item.time), fingerprint(at(item.wire, name)));
  // The Page may stand on either side.
  const person = item.sender === item.page ? item.recipient : item.sender;
  if (person === undefined) return ofNobody(item, 'sender', key);
  return {
    kind: 'notice',
    source: item.page,
    key,
    person: personOf(item, person),
    what,
    ...(item.time && { at: item.time }),
    ...(referral && { referral }),
  };
}

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
  if (what === undefined) return ignored(item.page, 'policy_enforcement', fingerprint(item.wire));
  const reason = cleanName(textOf(at(wire, 'reason')))?.replace(/\.+$/, '');
  return {
    kind: 'account',
    source: item.page,
    key: eventKey('policy_enforcement', action, stamp(item.time), fingerprint(wire)),
    what,
    sentence: reason ? `${said}: ${reason}.` : `${said}.`,
  };
}
