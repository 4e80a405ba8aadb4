import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredFile } from '../files.js';
import type { Fields } from '../http/fields.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { mediaUrl } from './media-host.js';
import type { MetaPage } from './meta-page.js';
import type { Token } from './tokens.js';

const PATIENCE_MS = 5_000;

/** A message a Page sent through the API. */
export interface Echoed {
  readonly page: MetaPage;
  readonly token: Token;
  readonly psid: string;
  readonly mid: string;
  readonly at: number;
  readonly message: Fields;
  readonly files: readonly StoredFile[];
  readonly quoted?: string;
}

/** Tells Pages of what they sent: the echo, and that it was delivered. */
export class Echoes {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  /** Resolves when the call may be answered. */
  async tell(echoed: Echoed): Promise<void> {
    const { echo, echoDelayMs, deliveryReceipts } = this.world.behaviour;
    if (echo === 'before') {
      await sleep(echoDelayMs);
      await this.tried(this.echo(echoed));
    } else if (echo === 'with') {
      this.world.later.in(echoDelayMs, () => this.echo(echoed));
    }
    if (deliveryReceipts) this.world.later.in(echoDelayMs, () => this.delivered(echoed));
  }

  private echo({ page, token, psid, mid, at, message, files, quoted }: Echoed): SentEvent[] {
    const metadata = message.text('metadata');
    const text = message.text('text');
    const template = message.object('attachment')?.values;
    const media = files.map((file) => ({ type: file.kind, payload: { url: mediaUrl(this.ownUrl(), file) } }));
    const attachments = template?.type === 'template' ? [template] : media;
    const content = {
      mid,
      is_echo: true,
      app_id: Number(token.app.id),
      ...(metadata !== undefined && { metadata }),
      ...(text !== undefined && { text }),
      ...(attachments.length > 0 && { attachments }),
      ...(quoted !== undefined && { reply_to: { mid: quoted } }),
    };
    const frame = { sender: { id: page.id }, recipient: { id: psid }, timestamp: at };
    return this.world.meta.events.send(page, [{ ...frame, message: content }]);
  }

  private delivered({ page, psid, mid }: Echoed): void {
    const delivery = { mids: [mid], watermark: Date.now() };
    this.world.meta.events.send(page, [{ sender: { id: psid }, recipient: { id: page.id }, delivery }]);
  }

  /** The webhook was called once with each, or there is none. */
  private async tried(events: readonly SentEvent[]): Promise<void> {
    const all = () => events.every(({ state, attempts }) => state !== 'pending' || attempts.length > 0);
    await this.world.ledger.waitFor(all, PATIENCE_MS).catch(() => undefined);
  }
}
