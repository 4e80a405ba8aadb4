import { OutcomeUnknownError } from '#messenger-kit';
import type {
  HttpAnswer,
  MessageContent,
  OutcomeMessageWorker,
  OutgoingMessage,
  RequestVerdict,
  SendContext,
  SendPolicy,
  SendVerdict,
  Unknown,
} from '#messenger-kit';
import { requestVerdictOf, sendVerdictOf, unknown } from './answers.js';
import type { Integrator } from './integrator.js';
import { expand, MAX_TEXT, refusal } from './limits.js';

export class HttpOutcome implements OutcomeMessageWorker {
  readonly powers = ['text', 'image', 'video', 'audio', 'file', 'choices', 'reply', 'edit', 'delete', 'react'] as const;
  readonly pace = { perSecond: 50, perRecipient: { perSecond: 10, burst: 20 } };
  readonly maxTextLength = MAX_TEXT;
  readonly expand = expand;
  readonly refusal = refusal;

  constructor(private readonly integrator: Integrator) {}

  async send(message: OutgoingMessage, context: SendContext): Promise<SendVerdict> {
    const { id, content, files } = message;
    if ((content.attachments ?? []).length > files.length) {
      return { kind: 'rejected', class: 'permanent', code: 'file_missing', sentence: 'A file of the message is gone.' };
    }
    const attachments = await Promise.all(
      files.map(async (file) => {
        const { type, name, mimeType, size } = file;
        return { type, name, mimeType, size, content: (await file.read()).toString('base64') };
      }),
    );
    const said = { ...saidIn(content), ...(attachments.length > 0 && { attachments }) };
    const answer = await this.ask(context, { kind: 'message', id, ...said }, id);
    return 'kind' in answer ? answer : sendVerdictOf(answer);
  }

  /** The integrator knows its network's rules, and refuses by them. */
  policy(): SendPolicy {
    return { allowed: true, until: null, reason: null, kinds: this.powers, tag: null };
  }

  edit(target: string, content: MessageContent, context: SendContext): Promise<RequestVerdict> {
    return this.change(context, { kind: 'edit', target, ...saidIn(content) });
  }

  delete(target: string, context: SendContext): Promise<RequestVerdict> {
    return this.change(context, { kind: 'deletion', target });
  }

  react(target: string, emoji: string | undefined, context: SendContext): Promise<RequestVerdict> {
    return this.change(context, { kind: 'reaction', target, emojis: emoji === undefined ? [] : [emoji] });
  }

  private async change(context: SendContext, json: object): Promise<RequestVerdict> {
    const answer = await this.ask(context, json);
    return 'kind' in answer ? answer : requestVerdictOf(answer);
  }

  private async ask(context: SendContext, json: object, id?: string): Promise<HttpAnswer | Unknown> {
    const { account, signal, recipient } = context;
    const addressed = { ...json, recipient: { externalId: recipient.externalId } };
    try {
      return await this.integrator.post({ account, signal, json: addressed, ...(id !== undefined && { id }) });
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      return unknown(`did not answer (${error.code})`);
    }
  }
}

function saidIn({ text, replyTo, choices }: MessageContent): Pick<MessageContent, 'text' | 'replyTo' | 'choices'> {
  return {
    ...(text !== undefined && { text }),
    ...(replyTo !== undefined && { replyTo }),
    ...(choices && { choices }),
  };
}
