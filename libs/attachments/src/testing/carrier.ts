import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AttachmentType, MediaLoader, MediaVerdict } from '#messenger-kit';

/** A messenger's media as the test wants it; remembers what it was asked for. */
export class Carrier implements MediaLoader {
  readonly types: readonly AttachmentType[] = ['image', 'video', 'audio', 'file'];
  readonly asked: { readonly source: string; readonly reference: string }[] = [];
  answer: () => MediaVerdict | Promise<MediaVerdict> = () => this.brings(PNG);

  load(account: { source: string }, attachment: { reference: string }): Promise<MediaVerdict> {
    this.asked.push({ source: account.source, reference: attachment.reference });
    return Promise.resolve(this.answer());
  }

  /** Content that comes a byte now and then, for ever. */
  trickle(): Readable {
    return Readable.from(drops());
  }

  brings(content: Buffer, more: { name?: string; mimeType?: string } = {}): MediaVerdict {
    const pieces = Array.from({ length: Math.ceil(content.length / 1_000) }, (_, at) =>
      content.subarray(at * 1_000, (at + 1) * 1_000),
    );
    return { kind: 'loaded', body: Readable.from(pieces), ...more };
  }
}

async function* drops(): AsyncGenerator<Buffer> {
  for (;;) {
    yield Buffer.from('.');
    await sleep(10, undefined, { ref: false });
  }
}

/** One transparent dot. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
