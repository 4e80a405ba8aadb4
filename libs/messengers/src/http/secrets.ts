import { hmacSha256 } from '#messenger-kit';

/**
 * What our calls to the integrator are signed with. Derived from the channel's webhook secret, so that it is the same after
 * every repair, and another one, so that a call of ours proves nothing at our own door.
 */
export function outboundSecretOf(webhookSecret: string): string {
  return hmacSha256(webhookSecret, 'parley/http/outbound').toString('base64url');
}
