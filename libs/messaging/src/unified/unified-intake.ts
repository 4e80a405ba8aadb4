import { Injectable } from '@nestjs/common';
import { inPointer, Problem } from '#api-kit';
import { MessengerRegistry, type InboundMessage } from '#messenger-kit';
import { Inbox } from '../inbox/inbox.js';
import { InboxUnavailable } from '../inbox/waiting.js';
import { Delivery } from '../inbox/parcel.js';
import type { ReceivedMessageDto, ReceiveMessageBody } from './unified-message.dto.js';
import { readHandedIn, unreadableOf } from './read-handed-in.js';
import { UnifiedRepository, type Address, type Fate } from './unified.repository.js';

/** Messages that come in the unified form: the same inbox, ledger and proof against doubles as the messengers' own. */
@Injectable()
export class UnifiedIntake {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly inbox: Inbox,
    private readonly repository: UnifiedRepository,
  ) {}

  /** Resolves after the commit. A message that came before, this way or from its messenger, changes nothing. */
  async receive({ channelId, ...said }: ReceiveMessageBody): Promise<ReceivedMessageDto> {
    const address = await this.repository.addressOf(channelId);
    if (!address) throw Problem.unknown('channel', '#/channelId');
    const form = { kind: 'message', ...said };
    const { externalId, key, ...event } = this.read(form, address);
    const named = { channelId, externalId, key };
    const before = await this.repository.fateOf(named);
    if (before.messageId !== null && before.outcome === null) return toView(before, true);
    const delivery = new Delivery(address.messenger, Buffer.from(JSON.stringify(form)));
    await this.take(delivery, { ...event, externalId, key });
    const fate = await this.repository.fateOf(named);
    return toView(fate, fate.receivedAt?.getTime() !== delivery.receivedAt.getTime());
  }

  private read(form: object, { messenger, source }: Address): InboundMessage {
    const { income } = this.messengers.require(messenger);
    const event = readHandedIn(form, source, income);
    if (event.kind === 'message') return event;
    const pointer = ['#', ...unreadableOf(form, source, income).map(inPointer)].join('/');
    const detail = event.kind === 'malformed' ? event.reason : event.kind;
    throw Problem.invalid('This is no message.', [{ pointer, detail }]);
  }

  private async take(delivery: Delivery, event: InboundMessage): Promise<void> {
    try {
      await this.inbox.take(delivery, [event]);
    } catch (error) {
      if (!(error instanceof InboxUnavailable)) throw error;
      throw new Problem(503, 'unavailable', 'The message was not taken. Hand it in again.');
    }
  }
}

function toView({ receivedAt: _, ...fate }: Fate, duplicate: boolean): ReceivedMessageDto {
  return { ...fate, outcome: fate.outcome ?? 'stored', duplicate };
}
