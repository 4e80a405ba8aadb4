import { Logger } from '@nestjs/common';

const EVERY_MS = 1_000;

/** Calls that were not taken, told in the log: the first at once, those of each second after it in one line, with the last reason. */
export class NotTaken {
  private readonly logger = new Logger('WebhookDoor');
  private count = 0;
  private reason = '';
  private isResting = false;

  add(reason: string): void {
    this.count += 1;
    this.reason = reason;
    if (!this.isResting) this.tell();
  }

  private tell(): void {
    this.isResting = this.count > 0;
    if (!this.isResting) return;
    this.logger.error(`${this.count} webhook calls were not taken: ${this.reason}`);
    this.count = 0;
    setTimeout(() => this.tell(), EVERY_MS).unref();
  }
}
