import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import type pg from 'pg';
import { handOnRows, type RowMessage } from './row-messages.js';

/** A connection that notes what reaches it, and the stream it listens to. */
function listening() {
  const seen: string[] = [];
  const stream = new EventEmitter();
  const connection = Object.assign(new EventEmitter(), {
    attachListeners: (others: EventEmitter) => {
      others.on('data', (bytes: Buffer) => seen.push(...bytes.toString('latin1')));
      others.on('end', () => seen.push('end'));
    },
  });
  connection.on('dataRow', (message: RowMessage) => seen.push(JSON.stringify(message.fields)));
  handOnRows(connection as unknown as pg.Connection);
  connection.attachListeners(stream);
  return { seen, stream };
}

function message(letter: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(letter);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}

function rowOf(fields: readonly (string | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  const columns = fields.map((field) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(field === null ? -1 : Buffer.byteLength(field));
    return Buffer.concat([length, Buffer.from(field ?? '')]);
  });
  return message('D', Buffer.concat([count, ...columns]));
}

const fields = fc.array(fc.option(fc.string({ unit: 'grapheme' })));
const messages = fc.array(fc.oneof(fields, fc.constantFrom('C', 'T', 'Z')));

it('rows and other messages come in their order, in whatever pieces', () => {
  fc.assert(
    fc.property(messages, fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (sent, sizes) => {
      const { seen, stream } = listening();
      const bytes = Buffer.concat(
        sent.map((one) => (Array.isArray(one) ? rowOf(one) : message(one, Buffer.from('x')))),
      );
      for (let at = 0; at < bytes.length;) {
        const size = sizes.next().value as number;
        stream.emit('data', bytes.subarray(at, at + size));
        at += size;
      }
      stream.emit('end');
      const expected = sent.flatMap((one) =>
        Array.isArray(one) ? [JSON.stringify(one)] : [...message(one, Buffer.from('x')).toString('latin1')],
      );
      expect(seen).toEqual([...expected, 'end']);
    }),
  );
});
