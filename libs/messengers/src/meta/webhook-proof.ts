import { equalSecrets, isSignedByOneOf } from '#messenger-kit';
import type { WebhookRequest, WebhookSecrets } from '#messenger-kit';

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads */
export function isSignedByMeta(request: WebhookRequest, secrets: WebhookSecrets): boolean {
  const header = request.headers['x-hub-signature-256'];
  if (typeof header !== 'string' || !header.startsWith('sha256=')) return false;
  return isSignedByOneOf(header.slice('sha256='.length), request.body, secrets.signing);
}

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
export function answerToChallenge(query: URLSearchParams, secrets: WebhookSecrets): string | undefined {
  const [mode, token, challenge] = ['hub.mode', 'hub.verify_token', 'hub.challenge'].map((name) => once(query, name));
  if (mode !== 'subscribe' || !challenge || !token || !secrets.verifyToken) return undefined;
  return equalSecrets(token, secrets.verifyToken) ? challenge : undefined;
}

function once(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}
