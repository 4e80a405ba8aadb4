import { Logger } from '@nestjs/common';

const EVERY_MS = 1_000;

/** Calls that were not taken, told in the log: the first at once, those of each second after it in one line, with the last reason. */
export class NotTaken {
  private readonly logger = new Logger('WebhookDoor');
  private count = 0;
  private reason = '';
  private resting: NodeJS.Timeout | undefined;

  add(reason: string): void {
    this.count += 1;
    this.reason = reason;
    if (!this.resting) this.tell();
  }

  /** Tells what is left, now. */
  end(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    if (this.count > 0) this.say();
  }

  private tell(): void {
    this.resting = undefined;
    if (this.count === 0) return;
    this.say();
    this.resting = setTimeout(() => this.tell(), EVERY_MS).unref();
  }

  private say(): void {
    this.logger.error(`${this.count} webhook calls were not taken: ${this.reason}`);
    this.count = 0;
  }
}
