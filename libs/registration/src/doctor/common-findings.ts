import type { Finding } from '#messenger-kit';
import { replacedUntilOf } from '../channel-view.js';
import type { Channel } from '../channel.entity.js';
import type { ChannelTraffic } from '../ports.js';
import { type Pulse, unusualSilence } from './pulse.js';

const PATIENCE_MS = 10 * 60_000;
/** What was on its way when a secret was replaced may come under the old one. */
const ON_ITS_WAY_MS = 60_000;

/** What can be said of a channel on any messenger. */
export function commonFindings(channel: Channel, traffic: ChannelTraffic, pulse: Pulse, now: Date): Finding[] {
  return [
    ...findingsOfState(channel),
    ...findingsOfSecret(channel, now),
    findingOfLedger(traffic),
    findingOfEvents(traffic, pulse, now),
    findingOfSends(traffic, now),
  ];
}

function findingsOfState({ active, health, healthDetail }: Channel): Finding[] {
  const inactive: Finding = {
    code: 'active',
    state: 'warning',
    sentence: 'The channel is inactive: what arrives is refused and counted, answers wait.',
    advice: 'Activate it when it shall be used.',
  };
  const findings = active ? [] : [inactive];
  if (health === 'ok') return findings;
  const state = health === 'restricted' ? 'warning' : 'broken';
  return [...findings, { code: 'health', state, sentence: healthDetail ?? `The channel’s health is ${health}.` }];
}

/** Whether calls come under the old webhook secret that was replaced, and not only those that were on their way then. */
export function usesReplacedSecret(channel: Channel, now: Date): boolean {
  const { rotatedAt, replacedUsedAt } = channel;
  if (!replacedUntilOf(channel, now) || !rotatedAt || !replacedUsedAt) return false;
  return replacedUsedAt.getTime() - rotatedAt.getTime() > ON_ITS_WAY_MS;
}

function findingsOfSecret(channel: Channel, now: Date): Finding[] {
  const code = 'replaced_secret';
  const end = replacedUntilOf(channel, now);
  if (!end) return [];
  const until = written(end);
  if (!usesReplacedSecret(channel, now)) {
    const sentence = `The webhook secret was changed; calls under the old one are taken until ${until}, and none comes.`;
    return [{ code, state: 'ok', sentence }];
  }
  const last = channel.replacedUsedAt ?? now;
  const sentence = `Calls still come under the old webhook secret, the last one at ${written(last)}; from ${until} on they are refused.`;
  return [{ code, state: 'warning', sentence, advice: 'Give whoever calls the new secret before then.' }];
}

function findingOfLedger({ ledger }: ChannelTraffic): Finding {
  const code = 'ledger';
  const { received, stored, duplicate, ignored, refused, quarantined } = ledger;
  const missing = received - stored - duplicate - ignored - refused - quarantined;
  if (missing !== 0) {
    const sentence = `The ledger does not balance: ${missing} of ${received} events have no outcome.`;
    return { code, state: 'broken', sentence, advice: 'Report it: this must not happen.' };
  }
  if (quarantined > 0) {
    const sentence = `${quarantined} of ${received} events could not be stored and are in quarantine.`;
    return {
      code,
      state: 'warning',
      sentence,
      advice: 'Look at the quarantine list, and replay them after an update.',
    };
  }
  return { code, state: 'ok', sentence: `All ${received} events that arrived have their outcome.` };
}

function findingOfEvents({ ledger }: ChannelTraffic, pulse: Pulse, now: Date): Finding {
  const code = 'last_event';
  if (ledger.received === 0) {
    const advice = 'Write to the account yourself to try it.';
    return { code, state: 'unknown', sentence: 'Nothing has arrived on this channel yet.', advice };
  }
  const since = written(pulse.grewAt);
  const hours = unusualSilence(pulse, now);
  if (hours === undefined) {
    return { code, state: 'ok', sentence: `Nothing unusual: the last events were seen at ${since}.` };
  }
  const sentence = `Nothing has arrived since ${since}, for ${hours} hours: far longer than this channel is used to.`;
  return { code, state: 'warning', sentence, advice: 'Write to the account yourself. If it does not arrive, repair.' };
}

function findingOfSends({ waiting, waitingSince, lastSend }: ChannelTraffic, now: Date): Finding {
  const code = 'last_send';
  if (waitingSince && now.getTime() - waitingSince.getTime() > PATIENCE_MS) {
    const sentence = `${waiting} answers wait to be sent, the oldest since ${written(waitingSince)}.`;
    return { code, state: 'warning', sentence };
  }
  if (!lastSend) return { code, state: 'unknown', sentence: 'No answer was sent on this channel of late.' };
  const at = written(lastSend.at);
  if (lastSend.status === 'failed' || lastSend.status === 'unconfirmed') {
    // What is wrong with the whole account (its payment, a lock) shows nowhere but in what becomes of its answers.
    const reason = lastSend.failure === null ? '.' : `: ${lastSend.failure}`;
    return { code, state: 'warning', sentence: `The latest answer, of ${at}, is ${lastSend.status}${reason}` };
  }
  return { code, state: 'ok', sentence: `The latest answer, of ${at}, is ${lastSend.status}.` };
}

/** A moment as people read it. */
function written(moment: Date): string {
  return `${moment.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
