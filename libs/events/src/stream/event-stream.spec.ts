import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Caller } from '#identity';
import { EventStream } from './event-stream.js';

/** A connection whose reader takes nothing until it is told to. */
class SlowResponse extends EventEmitter {
  readonly writableNeedDrain = true;
  readonly writableEnded = false;
  readonly destroyed = false;
}

it('keeps nothing of the times it waited for a slow reader', async () => {
  const response = new SlowResponse();
  const caller: Caller = { kind: 'user', id: 'u', role: 'admin', name: 'Ada' };
  const viewer = { userId: 'u', role: 'admin', queues: [] } as const;
  const stream = new EventStream(caller, viewer, undefined, response as unknown as ServerResponse, 1_000);
  for (let time = 0; time < 3; time += 1) {
    const drained = stream.drained();
    response.emit('drain');
    await drained;
  }
  expect(['drain', 'close', 'error'].map((event) => response.listenerCount(event))).toEqual([0, 0, 0]);
});
