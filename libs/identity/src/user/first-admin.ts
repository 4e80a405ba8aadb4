import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, newId } from '#database';
import { audit } from '../audit/audit.js';
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
      const admin = { id: newId(), email, name: 'Admin', role: 'admin' as const };
      await insertUser(tx, { ...admin, passwordHash });
      await audit(tx, { action: 'user.created', subjectId: admin.id, after: admin });
      return { email, generatedPassword };
    });
  }
}
