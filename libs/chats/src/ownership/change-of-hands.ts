import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { EventLog, type NewEvent } from '#events';
import { audit } from '#identity';
import { AgentLoadRepository, type LoadVerdict } from '../agent/agent-load.repository.js';
import { SystemLines } from '../outgoing/system-lines.repository.js';
import { Routing } from '../routing/routing.js';
import { BEGINNINGS, type Beginning, type End, ENDS, StretchRepository } from './stretch.repository.js';

/** Whose chat it is, and in which queue it counts. */
interface Hands {
  readonly agentId: string;
  readonly queueId: string;
}

const NOBODY = { agentId: null };

/** A chat that was just given, taken or closed. */
export interface HandChange {
  readonly chatId: string;
  readonly how: Beginning | End;
  /** Null: nobody held it, or nobody holds it now. */
  readonly from: Hands | null;
  readonly to: Hands | null;
  /** Before whom it stood, as far as known: they have other room than before. */
  readonly offeredTo?: string | null;
  /** The user whose doing it is. */
  readonly by: string | null;
  readonly reason?: string;
  readonly comment?: string;
  readonly line: string;
  readonly event: NewEvent;
}

/** What follows whenever a chat comes into or out of somebody's hands, in the transaction that changed its row. */
@Injectable()
export class ChangeOfHands {
  constructor(
    private readonly loads: AgentLoadRepository,
    private readonly stretches: StretchRepository,
    private readonly lines: SystemLines,
    private readonly events: EventLog,
    private readonly routing: Routing,
  ) {}

  /**
   * Counts the chat where it belongs now, writes down the stretches of ownership, says so in the chat and in the event
   * log; who has other room than before is thought of for other chats. Anything but `raised` means that whoever should
   * get it cannot: roll back.
   */
  async settle(tx: Tx, change: HandChange): Promise<LoadVerdict> {
    const { chatId, how, by, from, to, offeredTo, reason, comment, line, event } = change;
    const verdict = await this.loads.shift(tx, from, to);
    if (verdict !== 'raised') return verdict;
    const step = { chatId, by, at: event.at };
    if (from && isEnd(how)) await this.stretches.end(tx, { ...step, how }, reason, comment);
    if (to && isBeginning(how)) await this.stretches.begin(tx, to.agentId, { ...step, how });
    await this.lines.append(tx, chatId, line, event.at);
    await this.events.record(tx, [event]);
    await audit(tx, { action: `chat.${how}`, subjectId: chatId, before: from ?? NOBODY, after: to ?? NOBODY });
    for (const agentId of [from?.agentId, to?.agentId, offeredTo]) if (agentId) this.routing.soonForAgent(tx, agentId);
    return verdict;
  }
}

function isEnd(how: string): how is End {
  return ENDS.some((end) => end === how);
}

function isBeginning(how: string): how is Beginning {
  return BEGINNINGS.some((beginning) => beginning === how);
}
