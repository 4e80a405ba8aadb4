import { at, boundedId, OutcomeUnknownError, textOf } from '#messenger-kit';
import type { Rejected, RequestVerdict, SendContext, SendVerdict, Unknown } from '#messenger-kit';
import type { GraphApi, GraphCall } from '../graph-api.js';
import type { Meanings } from './meanings.js';

type Payload = Pick<GraphCall, 'json' | 'form'>;

/** Where an account sends from: messages, and what is shown beside them. https://developers.facebook.com/docs/messenger-platform/reference/send-api */
export class MessagesEdge {
  constructor(
    private readonly api: GraphApi,
    private readonly meanings: Meanings,
    /** The name of the credential that holds the account's token. */
    private readonly token: string,
  ) {}

  async send(payload: Payload, context: SendContext): Promise<SendVerdict> {
    const answer = await this.ask(payload, context);
    if (answer.kind !== 'ok') return answer;
    const mid = textOf(at(answer.body, 'message_id'));
    if (mid !== undefined) return { kind: 'sent', externalId: boundedId(mid) };
    const { network } = this.meanings.names;
    return { kind: 'unknown', sentence: `${network} accepted the message without telling its id.` };
  }

  /** https://developers.facebook.com/docs/messenger-platform/send-messages/sender-actions */
  async act(action: object, context: SendContext): Promise<RequestVerdict> {
    const answer = await this.ask({ json: { recipient: { id: context.recipient.externalId }, ...action } }, context);
    return answer.kind === 'ok' ? { kind: 'done' } : answer;
  }

  private async ask(
    payload: Payload,
    { account, signal }: SendContext,
  ): Promise<{ readonly kind: 'ok'; readonly body: unknown } | Rejected | Unknown> {
    const token = account.credentials[this.token] ?? '';
    const call: GraphCall = { method: 'POST', path: `${account.source}/messages`, token, signal, ...payload };
    try {
      const first = await this.api.call(call);
      const answer = this.meanings.isWorthAnotherTry(first) ? await this.api.call(call) : first;
      return answer.kind === 'ok' ? answer : this.meanings.verdictOf(answer);
    } catch (error) {
      if (!(error instanceof OutcomeUnknownError)) throw error;
      const sentence = `${this.meanings.names.network} did not answer (${error.code}); the message may have arrived.`;
      return { kind: 'unknown', sentence };
    }
  }
}
