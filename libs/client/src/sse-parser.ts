/** A block of a stream, as https://html.spec.whatwg.org/multipage/server-sent-events.html describes them. */
export interface Block {
  /** The id the stream stands at after this block. */
  readonly id: string | undefined;
  readonly event: string;
  /** Undefined in a block that only moves the id, or keeps the connection warm. */
  readonly data: string | undefined;
}

/** Takes the pieces of a stream as they come and gives whole blocks. */
export class SseParser {
  private rest = '';
  private id: string | undefined;
  private event = '';
  private data: string[] = [];

  take(piece: string): Block[] {
    const text = this.rest + piece;
    // A carriage return at the end may be half of a line break.
    const end = text.endsWith('\r') ? text.length - 1 : text.length;
    const lines = text.slice(0, end).split(/\r\n|\n|\r/);
    this.rest = lines.pop()! + text.slice(end);
    return lines.flatMap((line) => this.takeLine(line) ?? []);
  }

  private takeLine(line: string): Block | undefined {
    if (line === '') return this.endBlock();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id' && !value.includes('\0')) this.id = value;
    if (field === 'event') this.event = value;
    if (field === 'data') this.data.push(value);
    return undefined;
  }

  private endBlock(): Block {
    const data = this.data.length > 0 ? this.data.join('\n') : undefined;
    const block = { id: this.id, event: this.event || 'message', data };
    this.event = '';
    this.data = [];
    return block;
  }
}
