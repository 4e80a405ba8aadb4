import type { ChannelAccount, SendContext } from '../contract.js';
import type { MessengerSubject } from './messenger-subject.js';
import type { ScriptedServer } from './scripted-server.js';

/** Longer than a call to a network on loopback takes on a busy machine. */
const PATIENCE_MS = 5_000;

export function accountOf(subject: MessengerSubject, { url }: ScriptedServer): ChannelAccount {
  return { ...subject.account, credentials: subject.credentialsAt?.(url) ?? subject.account.credentials };
}

/** A person answers somebody who wrote just now. */
export function contextOf(
  subject: MessengerSubject,
  network: ScriptedServer,
  signal = AbortSignal.timeout(PATIENCE_MS),
): SendContext {
  const { recipient } = subject;
  const account = accountOf(subject, network);
  const lastInboundId = subject.requestAnswers?.target;
  const wrote = { lastInboundAt: new Date(), ...(lastInboundId !== undefined && { lastInboundId }) };
  return { account, recipient, ...wrote, human: true, signal };
}
