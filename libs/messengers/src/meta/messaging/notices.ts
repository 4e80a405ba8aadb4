import { at, eventKey, fingerprint, idOf, textOf } from '#messenger-kit';
import type { InboundEvent, NoticeEvent, Referral } from '#messenger-kit';
import { referralOf } from './content.js';
import { ignored, isOurs, ofNobody, personOf, stamp, type Item } from './item.js';

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
    return ignored(item.account, 'guest', 'optin', fingerprint(item.wire));
  }
  return notice(item, 'optin', what, referralOf({ ref, source: at(wire, 'type') }));
}

export function optOut(item: Item): InboundEvent {
  return notice(item, 'optout', 'opt_out');
}

/** https://developers.facebook.com/docs/messenger-platform/conversation-routing */
export function threadPassed(item: Item): InboundEvent {
  const owner = at(item.wire, 'pass_thread_control', 'new_owner_app_id');
  if (idOf(owner) === undefined) return ignored(item.account, 'thread_control', fingerprint(item.wire));
  return notice(item, 'pass_thread_control', isOurs(item, owner) ? 'thread_given' : 'thread_taken');
}

/** Told to the app that had the thread, and where Meta names it to the one that took it; between others nothing changes for us. */
export function threadTaken(item: Item): InboundEvent {
  const wire = at(item.wire, 'take_thread_control');
  const [previous, owner] = ['previous_owner_app_id', 'new_owner_app_id'].map((name) => at(wire, name));
  if (isOurs(item, owner)) return notice(item, 'take_thread_control', 'thread_given');
  if (idOf(previous) !== undefined && !isOurs(item, previous)) {
    return ignored(item.account, 'thread_control', fingerprint(item.wire));
  }
  return notice(item, 'take_thread_control', 'thread_taken');
}

function notice(item: Item, name: string, what: NoticeEvent['what'], referral?: Referral): InboundEvent {
  const key = eventKey(name, item.sender, stamp(item.time), fingerprint(at(item.wire, name)));
  // The account may stand on either side.
  const person = item.sender === item.account ? item.recipient : item.sender;
  if (person === undefined) return ofNobody(item, 'sender', key);
  return {
    kind: 'notice',
    source: item.account,
    key,
    person: personOf(item, person),
    what,
    ...(item.time && { at: item.time }),
    ...(referral && { referral }),
  };
}
