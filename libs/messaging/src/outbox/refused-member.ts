import type { MessageContent, OutcomeMessageWorker, Refusal } from '#messenger-kit';

const MEMBERS = ['choices', 'attachments', 'text'] as const;

/**
 * Where in a request stands what a messenger refuses of one of its parts: the member without which it would not say the
 * same, and of several files the one it refuses alone as well.
 */
export function refusedMember(
  outcome: OutcomeMessageWorker,
  part: MessageContent,
  { code }: Refusal,
  { attachments = [] }: MessageContent,
): string {
  const refuses = (content: MessageContent) => outcome.refusal(content)?.code === code;
  const member = MEMBERS.find((name) => part[name] && !refuses({ ...part, [name]: undefined })) ?? 'text';
  if (member !== 'attachments') return `#/${member}`;
  const file = part.attachments?.find((one) => refuses({ attachments: [one] })) ?? part.attachments?.[0];
  return `#/attachments/${attachments.findIndex(({ id }) => id === file?.id)}`;
}
