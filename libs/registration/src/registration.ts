import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Idempotency, type IdempotentRequest, type OnceAnswer, Problem } from '#api-kit';
import { Database } from '#database';
import { type MessengerRegistrationWorker, MessengerRegistry } from '#messenger-kit';
import { type ChannelOrder, type Credentials, credentialsOf, workerFor } from './channel-order.js';
import { ChannelAbandonedError, ChannelRecords, type ChannelDraft } from './channel-records.js';
import type { RegisteredChannel } from './channels.dto.js';
import { Channels, REMEMBERED_MS } from './channels.js';
import { withKnownQueue } from './known-queue.js';
import { accepted, asked, type Connected, type Pictured } from './network.js';
import { WebhookAddresses } from './webhook-addresses.js';

const ATTEMPTS = 3;

/** Connects accounts of ours to this server. */
@Injectable()
export class Registration {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly records: ChannelRecords,
    private readonly channels: Channels,
    private readonly addresses: WebhookAddresses,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /**
   * Adds a channel (201), or repairs the one that this account has already (200): new credentials are kept, the account
   * is connected again, queue and, where given, name and language are set, and the channel is active. Rejects with
   * Problem 422 when the messenger refuses, with its code and sentence, and 502 `messenger_unreachable` when it cannot
   * be asked; an existing channel then stays as it was. Secrets made up for the other side are in the answer that makes
   * the channel, which refuses a replay with 409 `already_done`. Never call it within a transaction: it speaks with the network.
   */
  async register(order: ChannelOrder, request: IdempotentRequest): Promise<OnceAnswer<RegisteredChannel>> {
    const worker = workerFor(order, this.messengers);
    const credentials = credentialsOf(order, worker);
    const known = await this.idempotency.known<RegisteredChannel>(request);
    if (known) return known;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const account = accepted(await asked(order.messenger, () => worker.identify(credentials)));
      const draft = await withKnownQueue(() => this.records.open(order, account, worker));
      const answer = draft && (await this.finish(draft, worker, credentials, order, request));
      if (answer) return answer;
    }
    throw Problem.conflict('registration_interrupted', 'Another registration of this account failed. Try again.');
  }

  /** Undefined when another registration of the same account gave up meanwhile and took the draft along. */
  private async finish(
    draft: ChannelDraft,
    worker: MessengerRegistrationWorker,
    credentials: Credentials,
    order: ChannelOrder,
    request: IdempotentRequest,
  ): Promise<OnceAnswer<RegisteredChannel> | undefined> {
    const webhookUrl = await this.addresses.urlOf(draft);
    let connected: Connected | undefined;
    try {
      await this.announceSecret(draft);
      connected = await this.connect(draft, worker, { ...order, credentials }, webhookUrl);
      const pictured = await this.pictured(draft, worker, connected);
      return await this.complete(draft, pictured, order, request);
    } catch (error) {
      if (error instanceof ChannelAbandonedError) return undefined;
      const isGone = await this.giveUp(draft, error instanceof Problem && error.statusCode === 422);
      if (isGone && connected) await this.disconnect(draft, worker, connected, webhookUrl);
      throw error;
    } finally {
      this.channels.forget();
    }
  }

  /**
   * The network may call under its new secret while it is being connected: every node has to know it by then. What it tells under
   * the old one is taken all the same; its trial of the address is not, which would make a mistyped new one look right.
   */
  private async announceSecret(draft: ChannelDraft): Promise<void> {
    if (draft.isNew || draft.secretOf === 'us') return;
    const isNew = await this.database.transaction((tx) => this.records.announceSecret(tx, draft));
    if (!isNew) return;
    this.channels.forget();
    await sleep(REMEMBERED_MS);
  }

  /** Whether the draft is gone. */
  private async giveUp(draft: ChannelDraft, isRefused: boolean): Promise<boolean> {
    if (draft.isNew && isRefused) return this.records.abandon(draft.id);
    if (!draft.isNew && draft.secretOf === 'network')
      await this.database.transaction((tx) => this.records.withdrawSecret(tx, draft));
    return false;
  }

  /** The messenger agreed, and we did not: a key that was used for another account, a queue that went. It shall not call us for nothing. */
  private async disconnect(
    { id: channelId, messenger, source }: ChannelDraft,
    worker: MessengerRegistrationWorker,
    { credentials }: Connected,
    webhookUrl: string,
  ): Promise<void> {
    const account = { channelId, messenger, source, credentials };
    await asked(messenger, () => worker.disconnect(account, webhookUrl)).catch(() => undefined);
  }

  private async connect(
    { messenger, source, webhookSecret, known }: ChannelDraft,
    worker: MessengerRegistrationWorker,
    { credentials, takeOver }: { readonly credentials: Credentials; readonly takeOver?: boolean },
    webhookUrl: string,
  ): Promise<Connected> {
    const question = () => worker.connect({ credentials, webhookUrl, webhookSecret, takeOver, known });
    const connected = accepted(await asked(messenger, question));
    if (connected.source !== source) throw new Error(`The ${messenger} messenger connected another account`);
    if (connected.delivery === 'polling' && !this.messengers.get(messenger)?.poller) {
      throw new Error(`The ${messenger} messenger wants to be asked and has nobody to do it`);
    }
    return connected;
  }

  /** Nothing depends on a picture: where it cannot be told the channel goes without. */
  private async pictured(
    { id: channelId, messenger, source }: ChannelDraft,
    worker: MessengerRegistrationWorker,
    connected: Connected,
  ): Promise<Pictured> {
    const { credentials } = connected;
    const question = () =>
      worker.picture?.({ channelId, messenger, source, credentials }) ?? Promise.resolve(undefined);
    const picture = await asked(messenger, question).catch(() => undefined);
    return { ...connected, ...(picture && { picture }) };
  }

  private complete(
    draft: ChannelDraft,
    connected: Pictured,
    order: ChannelOrder,
    request: IdempotentRequest,
  ): Promise<OnceAnswer<RegisteredChannel>> {
    return withKnownQueue(() =>
      this.database.transaction((tx) =>
        this.idempotency.once(tx, request, () => this.records.complete(tx, draft, connected, order)),
      ),
    );
  }
}
