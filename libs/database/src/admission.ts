import { Logger } from '@nestjs/common';
import { sqlState } from './sql-state.js';

/** SQLSTATEs of a server that answers and does not let us in: a wrong user, password or database, or no right to connect. */
const TURNED_AWAY = /^(28|3D000|42501)/;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 3_000;

/**
 * What a pool knows of whether the server lets it in. Where it does not, one connection knocks now and then, and everybody
 * else hears the last refusal at once: each knock costs the server a process and both sides a proof of the password, and
 * whoever works by rounds would knock all day.
 */
export class Admission {
  private readonly logger = new Logger('Database');
  private refusal: Error | undefined;
  private waitMs = 0;
  private notBefore = 0;

  constructor(private readonly name: string) {}

  /** The last refusal, while it is too early to knock again. Who hears none may knock, and tells `answered` what came of it. */
  standing(): Error | undefined {
    if (this.refusal === undefined) return undefined;
    const now = performance.now();
    if (now < this.notBefore) return this.refusal;
    this.waitMs = Math.min(LONGEST_WAIT_MS, this.waitMs * 2);
    this.notBefore = now + this.waitMs;
    return undefined;
  }

  answered(error: Error | null | undefined): void {
    if (!error) this.letIn();
    else if (TURNED_AWAY.test(sqlState(error) ?? '')) this.turnedAway(error);
  }

  private letIn(): void {
    if (this.refusal !== undefined) this.logger.log(`${this.name}: the database lets us in again`);
    this.refusal = undefined;
  }

  private turnedAway(error: Error): void {
    if (this.refusal === undefined) {
      this.logger.error(
        `${this.name}: the database does not let us in: ${error.message}. Has its user, password, name or address changed? ` +
          `It is asked again every ${LONGEST_WAIT_MS / 1_000} seconds`,
      );
      this.waitMs = FIRST_WAIT_MS;
    }
    this.refusal = error;
    this.notBefore = performance.now() + this.waitMs;
  }
}
