import { randomBytes } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Finding, GuardedHttp, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import { PUBLIC_URL } from '../webhook-addresses.js';
import { WebhookProbe } from '../webhook-probe.js';

const PATIENCE_MS = 5_000;
const ADVICE = 'Make sure that PARLEY_PUBLIC_URL leads to this server: name, port, certificate, proxy.';

/** Calls a webhook address of ours as a messenger would. Only the configured public address may be private. */
@Injectable()
export class OwnAddress implements OnApplicationShutdown {
  private readonly http: GuardedHttp;

  constructor(
    @Inject(PUBLIC_URL) publicUrl: string,
    private readonly probe: WebhookProbe,
  ) {
    this.http = new GuardedHttp({ trustedOrigins: [publicUrl], timeoutMs: PATIENCE_MS });
  }

  async findings(webhookUrl: string): Promise<Finding[]> {
    return [schemeOf(webhookUrl), await this.reach(webhookUrl)];
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  private async reach(webhookUrl: string): Promise<Finding> {
    const code = 'webhook_reachable';
    const { host } = new URL(webhookUrl);
    const nonce = randomBytes(16).toString('base64url');
    try {
      const { status, body } = await this.http.request({
        method: 'GET',
        url: `${webhookUrl}?${new URLSearchParams({ [WebhookProbe.MEMBER]: nonce }).toString()}`,
      });
      if (status === 200 && body.toString() === this.probe.answerTo(nonce)) {
        const sentence = `From here ${host} leads to this server. Whether the messenger reaches it, only its deliveries show.`;
        return { code, state: 'ok', sentence };
      }
      return { code, state: 'broken', sentence: `Not this server answers at ${host} (${status}).`, advice: ADVICE };
    } catch (error) {
      if (!(error instanceof NotAskedError) && !(error instanceof OutcomeUnknownError)) throw error;
      const sentence = `This server cannot call itself at ${host} (${error.code}). Some networks do not let it; then this tells nothing.`;
      return { code, state: 'warning', sentence, advice: ADVICE };
    }
  }
}

function schemeOf(webhookUrl: string): Finding {
  const code = 'webhook_address';
  if (webhookUrl.startsWith('https:')) return { code, state: 'ok', sentence: 'The webhook address is https.' };
  const sentence = 'The webhook address is not https: the messengers’ own servers do not call it.';
  return { code, state: 'warning', sentence, advice: 'Set PARLEY_PUBLIC_URL to an https address.' };
}
