import { EventEmitter, once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Caller } from '#identity';
import { EventsOptions } from '../events-options.js';
import type { Viewers } from '../reading/viewers.js';
import { EventStream } from './event-stream.js';
import type { LogTail } from './log-tail.js';
import { ReaderWatch } from './reader-watch.js';
import { StreamHub } from './stream-hub.js';

/** A connection whose reader takes nothing: it is over when it is cut. Scripted: the log, and who may read it. */
class SilentResponse extends EventEmitter {
  writableEnded = false;
  destroyed = false;

  end(): void {
    this.writableEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

const caller: Caller = { kind: 'user', id: 'u', role: 'admin', name: 'Ada' };
const viewer = { userId: 'u', role: 'admin', queues: [] } as const;
const tail = { start: () => Promise.resolve(), stop: () => undefined } as unknown as LogTail;

function aStream(response: SilentResponse, by = caller): EventStream {
  return new EventStream(by, viewer, undefined, response as unknown as ServerResponse, 1_000);
}

it('lets nobody hold more streams than anybody needs, and others in all the same', async () => {
  const hub = new StreamHub(tail, new EventsOptions({ mostStreams: 2 }));
  const responses = [new SilentResponse(), new SilentResponse()];
  for (const response of responses) await hub.admit(aStream(response));
  const refused = { statusCode: 429, code: 'too_many_streams' };
  await expect(hub.admit(aStream(new SilentResponse()))).rejects.toMatchObject(refused);
  await hub.admit(aStream(new SilentResponse(), { ...caller, id: 'another' }));
  responses[0]!.destroy();
  await hub.admit(aStream(new SilentResponse()));
  await expect(hub.admit(aStream(new SilentResponse()))).rejects.toMatchObject(refused);
  expect(hub.streams.size).toBe(3);
});

it('forgets who hung up before they were let in', async () => {
  const hub = new StreamHub(tail, new EventsOptions());
  const response = new SilentResponse();
  const stream = aStream(response);
  response.destroy();
  await hub.admit(stream);
  expect(hub.streams.size).toBe(0);
});

it('cuts off who may read no more, and does not take the rest', async () => {
  const hub = new StreamHub(tail, new EventsOptions());
  const response = new SilentResponse();
  await hub.admit(aStream(response));
  const nobody = { ofAll: () => Promise.resolve(new Map()) } as unknown as Viewers;
  const watch = new ReaderWatch(hub, nobody, new EventsOptions({ recheckMs: 1 }));
  const closed = once(response, 'close');
  watch.onApplicationBootstrap();
  await closed;
  await watch.beforeApplicationShutdown();
  expect(hub.streams.size).toBe(0);
});
