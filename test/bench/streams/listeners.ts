import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const MARK = 'event: message.received\n';
const OPENED_AT_ONCE = 20;

/**
 * Streams of one program, read as cheaply as can be: each arrival of a received message is counted, nothing is parsed. Our
 * own, because the listeners share the processors with what they measure.
 */
export class Listeners {
  /** Messages that arrived, over all streams. */
  delivered = 0;
  private readonly sockets: Socket[] = [];

  /** `heard` is called whenever something came in, with it where it is the first stream's. */
  private constructor(private readonly heard: (text: string) => void) {}

  static async open(
    port: number,
    path: string,
    bearer: string,
    count: number,
    heard: (text: string) => void = () => undefined,
  ): Promise<Listeners> {
    const listeners = new Listeners(heard);
    for (let open = 0; open < count;) {
      const next = Math.min(OPENED_AT_ONCE, count - open);
      await Promise.all(Array.from({ length: next }, () => listeners.add(port, path, bearer)));
      open += next;
    }
    return listeners;
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private async add(port: number, path: string, bearer: string): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${bearer}\r\n\r\n`);
    const [head] = (await once(socket, 'data')) as [Buffer];
    const status = head.toString('latin1').slice(0, 12);
    if (status !== 'HTTP/1.1 200') throw new Error(`The stream was answered ${head.toString('latin1')}`);
    const isFirst = this.sockets.push(socket) === 1;
    let tail = '';
    socket.on('data', (chunk) => {
      const text = tail + chunk.toString('latin1');
      let end = 0;
      for (let at = text.indexOf(MARK); at >= 0; at = text.indexOf(MARK, end)) {
        this.delivered += 1;
        end = at + MARK.length;
      }
      // A mark may be cut in two.
      tail = text.slice(Math.max(end, text.length - MARK.length + 1));
      this.heard(isFirst ? chunk.toString('latin1') : '');
    });
    socket.on('error', () => undefined);
  }
}
