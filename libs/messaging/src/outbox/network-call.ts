import { Injectable, Logger } from '@nestjs/common';
import { Attachments, ContentGone, ContentUnreadable } from '#attachments';
import { BLOCKED_REASON, type OutgoingHead } from '#chats';
import {
  Deadline,
  faultOf,
  NotAskedError,
  type OutgoingFile,
  type OutgoingMessage,
  type SendContext,
  type SendVerdict,
} from '#messenger-kit';
import { MessagingOptions } from '../messaging-options.js';
import type { Attempted } from './consequence.js';
import { LanesRepository, type Lane } from './lanes.repository.js';
import type { Stopwatch } from './stopwatch.js';
import type { Way } from './way.js';

/** A call that starts later than this after its lease was seen asks for the lease once more. */
const FRESH_MS = 1_000;
/** A worker that does not end when it is told to is left alone after this. */
const GRACE_MS = 500;

/** One message, one call to the network, under a lease. */
@Injectable()
export class NetworkCall {
  private readonly logger = new Logger(NetworkCall.name);

  constructor(
    private readonly lanes: LanesRepository,
    private readonly attachments: Attachments,
    private readonly options: MessagingOptions,
  ) {}

  /** Undefined when the lease was lost before anything left. */
  async attempt(way: Way, lane: Lane, head: OutgoingHead, seen: Stopwatch): Promise<Attempted | undefined> {
    const human = head.authorKind === 'agent';
    const lastInboundAt = head.lastInboundAt ?? undefined;
    const policy = way.outcome.policy({ lastInboundAt, now: new Date(), human });
    if (!policy.allowed) return { verdict: windowClosed(policy.reason), asked: false };
    if (head.blocked) return { verdict: BLOCKED, asked: false };
    const ready = await this.prepare(lane, head, seen);
    if (!Array.isArray(ready)) return ready;
    const message = { id: head.id, content: head.content, files: ready };
    try {
      return { verdict: await this.send(way, lane, message, { lastInboundAt, human }) };
    } catch (error) {
      const verdict = error instanceof NotAskedError ? undefined : this.note(head, error);
      return verdict ? { verdict, asked: false } : { error };
    }
  }

  /** The files, while the lease is ours. What goes wrong here leaves nothing unknown: the network was not asked. */
  private async prepare(
    lane: Lane,
    head: OutgoingHead,
    seen: Stopwatch,
  ): Promise<OutgoingFile[] | Attempted | undefined> {
    try {
      const files = await this.filesOf(head);
      return seen.elapsedMs > FRESH_MS && !(await this.lanes.holds(lane)) ? undefined : files;
    } catch (error) {
      return { verdict: this.note(head, error) ?? UNREADY, asked: false };
    }
  }

  /** Files are read before the network is asked: what is wrong with them is known. */
  private note({ id }: OutgoingHead, error: unknown): SendVerdict | undefined {
    const verdict = aboutContent(error);
    this.logger.warn(`${id}: ${verdict ? (error as Error).message : faultOf(error)}`);
    return verdict;
  }

  /** The content of what the message carries. */
  private filesOf({ content }: OutgoingHead): Promise<OutgoingFile[]> {
    return this.attachments.files((content.attachments ?? []).flatMap(({ id }) => id ?? []));
  }

  /** A call with files may take long: its lease is kept up meanwhile, and the call ends when it cannot be. */
  private async send(
    way: Way,
    lane: Lane,
    message: OutgoingMessage,
    who: Pick<SendContext, 'lastInboundAt' | 'human'>,
  ): Promise<SendVerdict> {
    const long = message.files.length > 0;
    const timeoutMs = long ? this.options.uploadTimeoutMs : this.options.callTimeoutMs;
    const lost = new AbortController();
    const deadline = new Deadline(timeoutMs, lost.signal);
    const { signal } = deadline;
    const heart = long ? this.keepUp(lane, lost) : undefined;
    const context = { account: way.account, recipient: way.recipient, signal, ...who };
    try {
      return await Promise.race([way.outcome.send(message, context), noAnswerAfter(signal)]);
    } finally {
      clearInterval(heart);
      deadline.end();
    }
  }

  private keepUp(lane: Lane, lost: AbortController): NodeJS.Timeout {
    const beat = () =>
      this.lanes.prolong(lane, this.options.leaseMs).then(
        (ours) => void (ours || lost.abort()),
        () => lost.abort(),
      );
    return setInterval(() => void beat(), this.options.leaseMs / 3);
  }
}

/** Passing, as far as anybody knows. */
const UNREADY: SendVerdict = {
  kind: 'rejected',
  class: 'retryAfter',
  code: 'internal_error',
  sentence: 'Something went wrong here before it was sent.',
};
const BLOCKED: SendVerdict = { kind: 'rejected', class: 'blocked', code: 'blocked', sentence: BLOCKED_REASON };

/** Bytes may have left by then: nobody can tell. */
function noAnswerAfter(signal: AbortSignal): Promise<SendVerdict> {
  return new Promise((resolve) => {
    const giveUp = () =>
      resolve({ kind: 'unknown', sentence: 'The messenger did not answer in time; the message may have arrived.' });
    signal.addEventListener('abort', () => void setTimeout(giveUp, GRACE_MS).unref(), { once: true });
  });
}

function aboutContent(error: unknown): SendVerdict | undefined {
  if (error instanceof ContentGone) {
    const sentence =
      'A file of this message is not stored here any more. Upload it again and send it in a new message.';
    return { kind: 'rejected', class: 'permanent', code: 'file_gone', sentence };
  }
  if (!(error instanceof ContentUnreadable)) return undefined;
  const sentence = 'The place where files are kept could not be read.';
  return { kind: 'rejected', class: 'retryAfter', code: 'file_unreadable', sentence };
}

function windowClosed(reason: string | null): SendVerdict {
  const sentence = reason ?? 'The messenger does not allow an answer now.';
  return { kind: 'rejected', class: 'windowClosed', code: 'window_closed', sentence };
}
