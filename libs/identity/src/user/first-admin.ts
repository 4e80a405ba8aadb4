import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, newId } from '#database';
import { Passwords } from './passwords.js';
import { insertUser, lockEmptyHouse } from './user.repository.js';

export interface FirstSignIn {
  readonly email: string;
  /** In clear, to be shown once; absent when it was given. */
  readonly generatedPassword?: string;
}

/** The admin a new house starts with. */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly database: Database,
    private readonly passwords: Passwords,
  ) {}

  /**
   * Creates the first admin when there is no user at all, with a generated password unless one is given. Answers with
   * the sign-in on the one node that created it.
   */
  async ensure({ email, password }: { email: string; password?: string }): Promise<FirstSignIn | undefined> {
    return this.database.transaction(async (tx) => {
      if (!(await lockEmptyHouse(tx))) return undefined;
      const generatedPassword = password === undefined ? randomBytes(15).toString('base64url') : undefined;
      const passwordHash = await this.passwords.hash(password ?? generatedPassword ?? '');
      await insertUser(tx, { id: newId(), email, name: 'Admin', role: 'admin', passwordHash });
      return { email, generatedPassword };
    });
  }
}
