import { Injectable, Optional } from '@nestjs/common';
import { Database } from '#database';
import { Callers } from '../access/callers.js';
import { audit } from '../audit/audit.js';
import { Departures } from '../user/departures.js';
import { revokeSession } from './session.repository.js';

@Injectable()
export class SignOut {
  constructor(
    private readonly database: Database,
    private readonly callers: Callers,
    @Optional() private readonly departures?: Departures,
  ) {}

  /** Ends the session. Its user is gone, also where another session of theirs was left open somewhere. */
  async signOut(sessionId: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      const userId = await revokeSession(tx, sessionId, 'signed_out');
      if (userId === undefined) return;
      await audit(tx, { action: 'session.ended', kind: 'user', subjectId: userId });
      await this.departures?.left(tx, userId);
    });
    this.callers.forget();
  }
}
