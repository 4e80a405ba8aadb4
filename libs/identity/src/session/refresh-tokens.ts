import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';

/**
 * Refresh tokens form a line: each has exactly one successor, computed from it. So two clients that refresh the same
 * token at once get the same successor, and a stolen copy cannot start a line of its own.
 */
@Injectable()
export class RefreshTokens {
  private readonly key: Buffer;

  constructor(keyRing: KeyRing) {
    this.key = keyRing.derive('refresh-tokens');
  }

  first(): string {
    return randomBytes(32).toString('base64url');
  }

  successorOf(token: string): string {
    return createHmac('sha256', this.key).update(token).digest('base64url');
  }

  hash(token: string): Buffer {
    return createHash('sha256').update(token).digest();
  }
}
