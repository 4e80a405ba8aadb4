import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';

export interface NewSignIn {
  readonly id: string;
  readonly messenger: string;
  readonly caller: string;
  readonly callerName: string;
  readonly stateHash: Buffer;
  readonly minutes: number;
}

/** A sign-in that came back, and who began it. */
export interface ClaimedSignIn {
  readonly id: string;
  readonly caller: string;
  readonly callerName: string | null;
}

/** A sign-in as whoever began it finds it. */
export interface KeptSignIn {
  readonly id: string;
  /** `expired`: whatever it was before. */
  readonly status: 'open' | 'returned' | 'granted' | 'failed' | 'expired';
  readonly expiresAt: Date;
  readonly failureCode: string | null;
  readonly failureSentence: string | null;
  readonly secrets: Readonly<Record<string, string>>;
}

/** By the database's clock, so that all nodes agree on what has expired. */
@Injectable()
export class SignInRepository {
  constructor(private readonly database: Database) {}

  /** Forgets those that are long over on the way. */
  async begin(tx: Tx, { id, messenger, caller, callerName, stateHash, minutes }: NewSignIn): Promise<Date> {
    await rows(tx, `DELETE FROM account_sign_ins WHERE expires_at < now() - interval '1 day'`);
    const begun = await row<{ expiresAt: Date }>(
      tx,
      `INSERT INTO account_sign_ins (id, messenger, caller, state_hash, expires_at, caller_name)
       VALUES ($1, $2, $3, $4, now() + make_interval(mins => $5), $6) RETURNING expires_at AS "expiresAt"`,
      [id, messenger, caller, stateHash, minutes, callerName],
    );
    if (!begun) throw new Error('A sign-in was not kept');
    return begun.expiresAt;
  }

  /** The one time a state is good for: its sign-in, or undefined where it is unknown, over, used, or another messenger's. */
  claim(messenger: string, stateHash: Buffer): Promise<ClaimedSignIn | undefined> {
    return this.database.row(
      `UPDATE account_sign_ins SET status = 'returned'
       WHERE messenger = $1 AND state_hash = $2 AND status = 'open' AND expires_at > now()
       RETURNING id, caller, caller_name AS "callerName"`,
      [messenger, stateHash],
    );
  }

  async grant(tx: Tx, id: string, secrets: Readonly<Record<string, string>>, minutes: number): Promise<void> {
    await rows(
      tx,
      `UPDATE account_sign_ins SET status = 'granted', secrets = $2, expires_at = now() + make_interval(mins => $3)
       WHERE id = $1 AND status = 'returned'`,
      [id, JSON.stringify(secrets), minutes],
    );
  }

  async fail(tx: Tx, id: string, code: string, sentence: string): Promise<void> {
    await rows(
      tx,
      `UPDATE account_sign_ins SET status = 'failed', failure_code = $2, failure_sentence = $3
       WHERE id = $1 AND status = 'returned'`,
      [id, code, sentence],
    );
  }

  find(messenger: string, id: string, caller: string): Promise<KeptSignIn | undefined> {
    return this.database.row(
      `SELECT id, CASE WHEN expires_at <= now() AND status <> 'failed' THEN 'expired' ELSE status END AS status,
         expires_at AS "expiresAt", failure_code AS "failureCode", failure_sentence AS "failureSentence", secrets
       FROM account_sign_ins WHERE id = $2 AND messenger = $1 AND caller = $3`,
      [messenger, id, caller],
    );
  }
}
