import { fingerprint, writtenSecret } from '#messenger-kit';
import type { ConnectRequest, ConnectVerdict, MessengerRegistrationWorker } from '#messenger-kit';
import { endpointOf } from './endpoint.js';
import { outboundSecretOf } from './secrets.js';

/** Asks nobody: the integrator learns its secrets from the answer, and before that it cannot tell our calls from others. */
export class HttpRegistration implements MessengerRegistrationWorker {
  readonly callback = 'channel';
  readonly credentialFields = [
    { name: 'url', description: 'The address of the connected system that answers are sent to, https://…' },
  ];

  constructor(private readonly allowedOrigins: ReadonlySet<string>) {}

  identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    return Promise.resolve(this.verdictOn(credentials['url'] ?? ''));
  }

  connect({ credentials, webhookSecret }: ConnectRequest): Promise<ConnectVerdict> {
    const verdict = this.verdictOn(credentials['url'] ?? '');
    if (verdict.kind === 'refused') return Promise.resolve(verdict);
    const reveal = {
      inboundSecret: writtenSecret(webhookSecret),
      outboundSecret: writtenSecret(outboundSecretOf(webhookSecret)),
    };
    return Promise.resolve({ ...verdict, reveal });
  }

  /** The channel's address ends with the channel. */
  disconnect(): Promise<void> {
    return Promise.resolve();
  }

  /** Paths may be secret; so the account is called by its host and a fingerprint. */
  private verdictOn(text: string): ConnectVerdict {
    const endpoint = endpointOf(text, this.allowedOrigins);
    if ('code' in endpoint) return { kind: 'refused', ...endpoint };
    const { href, host } = endpoint.url;
    return { kind: 'connected', source: `${host}/${fingerprint(href)}`, name: host, credentials: { url: href } };
  }
}
