import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** Argon2id with OWASP's first choice of costs. */
const COSTS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

@Injectable()
export class Passwords {
  /** Of a password nobody knows: compared with when there is no such user, so that this takes as long. */
  private readonly nobodys = hash(randomBytes(32), COSTS);

  hash(password: string): Promise<string> {
    return hash(password, COSTS);
  }

  async matches(password: string, passwordHash: string | undefined): Promise<boolean> {
    const right = await verify(passwordHash ?? (await this.nobodys), password);
    return right && passwordHash !== undefined;
  }
}
