import { at, textOf } from '#messenger-kit';
import type { AccountEvent, InboundEvent } from '#messenger-kit';
import { ignored, malformed, personOf, whyNobody, type Converter, type LineEvent } from './event.js';

/** Somebody added the account as a friend, again or for the first time, or blocked it. */
export function friendship(what: 'blocked' | 'unblocked'): Converter {
  return (event) => {
    const { source, key, wire } = event;
    const nobody = whyNobody(event);
    if (nobody === 'group') return ignored(event, nobody);
    const person = personOf(event);
    if (!person) return malformed(source, 'friendship_without_person', wire);
    return { kind: 'notice', source, key, person, what, ...(event.at && { at: event.at }) };
  };
}

/** Word of the account itself. */
export function account(what: AccountEvent['what'], sentence: string): Converter {
  return ({ source, key }) => ({ kind: 'account', source, key, what, sentence });
}

/** A chat changed hands between us and another system: one person's, where one is named, else all of the account's. */
export function chatControl(what: 'thread_taken' | 'thread_given', ofAll: Converter): Converter {
  return (event) => {
    const { source, key } = event;
    if (whyNobody(event) === 'group') return ignored(event, 'group');
    const person = personOf(event);
    return person ? { kind: 'notice', source, key, person, what, ...(event.at && { at: event.at }) } : ofAll(event);
  };
}

/** The account is connected to, or taken off, a module of LINE's marketplace. */
export function moduleChange(event: LineEvent): InboundEvent {
  const change = textOf(at(event.wire, 'module', 'type'));
  if (change === 'detached') return DETACHED(event);
  return change === 'attached' ? ATTACHED(event) : ignored(event, 'module');
}

const DETACHED = account('restricted', 'LINE took this channel off the account: nothing comes from it any more.');
const ATTACHED = account('unrestricted', 'LINE connected this channel to the account again.');
