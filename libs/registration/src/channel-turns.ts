import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { HeldLease, Leases } from '#database';

const LEASE_MS = 12_000;
/** Longer than a repair or a removal takes where the network answers. */
const SOMEBODY_WAITS_MS = 20_000;
const LOOK_EVERY_MS = 100;

/** Connecting a channel again and ending it exclude each other in the whole fleet: else the network could hear of it last what was first. */
@Injectable()
export class ChannelTurns {
  constructor(private readonly leases: Leases) {}

  /** Problem 409 `channel_busy` where another's turn does not end. */
  async alone<T>(channelId: string, work: () => Promise<T>): Promise<T> {
    const turn = await this.turnAt(channelId);
    try {
      return await work();
    } finally {
      await turn.release();
    }
  }

  private async turnAt(channelId: string): Promise<HeldLease> {
    const endless = new AbortController().signal;
    const deadline = performance.now() + SOMEBODY_WAITS_MS;
    for (;;) {
      const turn = await HeldLease.take(this.leases, `channel/${channelId}`, LEASE_MS, endless);
      if (turn) return turn;
      if (performance.now() > deadline) throw busy();
      await sleep(LOOK_EVERY_MS);
    }
  }
}

function busy(): Problem {
  return Problem.conflict('channel_busy', 'This channel is just being repaired or deleted. Try again in a moment.');
}
