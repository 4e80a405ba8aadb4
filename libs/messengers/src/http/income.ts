import { eventKey, fingerprint, isSigned, parseJson, readUnified } from '#messenger-kit';
import type { ChannelAccount, InboundEvent, IncomeMessageWorker, WebhookRequest, WebhookSecrets } from '#messenger-kit';

const MOST_EVENTS = 1_000;

/** The body is one event in the unified form, or a list of them. */
export class HttpIncome implements IncomeMessageWorker {
  isAuthentic(request: WebhookRequest, secrets: WebhookSecrets): boolean {
    return isSigned(request, secrets);
  }

  convert({ body }: WebhookRequest, account?: Pick<ChannelAccount, 'source'>): InboundEvent[] {
    const source = account?.source ?? '';
    const malformed = (reason: string): InboundEvent[] => {
      const key = eventKey('malformed', reason, fingerprint(body.toString('latin1')));
      return [{ kind: 'malformed', source, key, reason }];
    };
    const json = parseJson(body);
    if (json === undefined) return malformed('not_json');
    const events: readonly unknown[] = Array.isArray(json) ? json : [json];
    if (events.length === 0) return malformed('no_events');
    if (events.length > MOST_EVENTS) return malformed('too_many_events');
    return events.map((event) => readUnified(event, { source, scope: source }));
  }
}
