import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { HeldLease, Leases } from '#database';

const LEASE_MS = 12_000;
/** Longer than a repair or a removal takes where the network answers. */
const SOMEBODY_WAITS_MS = 20_000;

/** Connecting a channel again and ending it exclude each other in the whole fleet: else the network could hear of it last what was first. */
@Injectable()
export class ChannelTurns {
  constructor(private readonly leases: Leases) {}

  /** Problem 409 `channel_busy` where another's turn does not end. */
  async alone<T>(channelId: string, work: () => Promise<T>): Promise<T> {
    const turn = await HeldLease.takeWithin(SOMEBODY_WAITS_MS, this.leases, `channel/${channelId}`, LEASE_MS);
    if (!turn) throw busy();
    try {
      return await work();
    } finally {
      await turn.release();
    }
  }
}

function busy(): Problem {
  return Problem.conflict('channel_busy', 'This channel is just being repaired or deleted. Try again in a moment.');
}
