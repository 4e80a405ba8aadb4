import { Problem } from '#api-kit';
import { BLOCKED_REASON } from '#chats';
import type { Messenger, SendPolicy } from '#messenger-kit';

interface Answering {
  readonly lastInboundAt: Date | null;
  readonly authorKind?: string;
  /** Whether the contact blocked the account. */
  readonly blocked?: boolean;
}

/** What the messenger's rules say now about an answer; a person's where it is not said that a program wrote it. */
export function policyFor({ outcome }: Messenger, { lastInboundAt, authorKind }: Answering): SendPolicy {
  return outcome.policy({ lastInboundAt: lastInboundAt ?? undefined, now: new Date(), human: authorKind !== 'bot' });
}

/** What may be sent now; Problem 409 `send_not_allowed` with the reason where it is nothing. */
export function allowedNow(messenger: Messenger, answering: Answering): SendPolicy {
  const policy = policyFor(messenger, answering);
  if (policy.allowed && !answering.blocked) return policy;
  const reason = answering.blocked ? BLOCKED_REASON : policy.reason;
  throw Problem.conflict('send_not_allowed', reason ?? 'The messenger does not allow an answer now.');
}
