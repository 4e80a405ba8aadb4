import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { ContactVisibility } from '#contacts';
import { newId, type Tx } from '#database';
import { type Caller, requireUser } from '#identity';
import { refusalOf } from '../agent/load-refusal.js';
import { watchersOf } from '../chat/audience.js';
import { readerOf } from '../chat/reader.js';
import type { Place } from '../intake/intake.repository.js';
import { TryAgain } from '../intake/try-again.js';
import { ChangeOfHands } from './change-of-hands.js';
import { HoldingRepository } from './holding.repository.js';
import { type Person, type StartingChannel, StartRepository } from './start.repository.js';

/** Chats that one of ours begins. */
@Injectable()
export class ChatStarts {
  constructor(
    private readonly visibility: ContactVisibility,
    private readonly repository: StartRepository,
    private readonly holdings: HoldingRepository,
    private readonly hands: ChangeOfHands,
  ) {}

  /**
   * Opens a chat with a person, held by the caller at once, in the caller's transaction; answers its id. What is said in
   * it must follow in the same transaction, or everything be rolled back. Problem 404 where the caller may not see the
   * person, 422 for a channel that does not reach them, 409 where it is inactive (`channel_inactive`), the person has an
   * open chat there (`chat_open`), or the caller takes no chats now.
   */
  async start(tx: Tx, caller: Caller, place: Place): Promise<string> {
    const agentId = requireUser(caller);
    const person = await this.requirePerson(tx, caller, place.identityId);
    const { queueId } = await this.requireChannel(tx, place.channelId, person);
    const [id, at] = [newId(), new Date()];
    if (!(await this.repository.add(tx, { ...place, id, queueId, agentId, at }))) {
      throw await this.openAlready(tx, caller, place);
    }
    const verdict = await this.hands.settle(tx, {
      chatId: id,
      how: 'started',
      by: agentId,
      from: null,
      to: { agentId, queueId },
      line: `${caller.name} started the chat`,
      event: {
        type: 'chat.started',
        at,
        chatId: id,
        audience: watchersOf({ agentId, queueId }),
        data: { ...place, queueId, agentId, status: 'in_progress' },
      },
    });
    if (verdict !== 'raised') throw refusalOf(verdict, 'starting');
    return id;
  }

  private async requirePerson(tx: Tx, { id, role }: Caller, identityId: string): Promise<Person> {
    const seen = role !== 'agent' || (await this.visibility.maySeeIdentity(id, identityId, tx));
    const person = seen && (await this.repository.person(tx, identityId));
    if (!person) throw Problem.notFound('identity', '#/identityId');
    return person;
  }

  private async requireChannel(tx: Tx, channelId: string, { messenger, scope }: Person): Promise<StartingChannel> {
    const channel = await this.repository.channel(tx, channelId);
    if (!channel || channel.messenger !== messenger || (scope !== '' && scope !== channel.source)) {
      const detail = 'There is no such channel, or it does not reach this person.';
      throw Problem.unknown('channel', '#/channelId', detail);
    }
    if (!channel.active) throw Problem.conflict('channel_inactive', 'The channel is inactive.');
    return channel;
  }

  /** Whoever may not see the chat hears only that there is one. */
  private async openAlready(tx: Tx, caller: Caller, place: Place): Promise<Error> {
    const chatId = await this.repository.openAt(tx, place);
    if (chatId === undefined) return new TryAgain();
    const seen = await this.holdings.of(tx, chatId, readerOf(caller));
    const detail = 'There is an open chat with this person on the channel already.';
    const chat = seen ? { id: chatId, status: seen.status, queue: seen.queue } : null;
    return Problem.conflict('chat_open', detail, { chat, holder: seen?.agent ?? null });
  }
}
