import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing, type SealedColumn } from '#database';
import { writtenSecret } from '#messenger-kit';

const BYTES = 32;

export interface IssuedSecret {
  /** As the other side writes it down; shown once. */
  readonly written: string;
  readonly sealed: string;
}

/** Sealed secrets of an action: the present one first. */
export interface SealedSecrets {
  readonly id: string;
  readonly secret: string;
  /** Null once its time is over. */
  readonly previousSecret: string | null;
}

export const ACTIONS_SEALED: readonly SealedColumn[] = [
  { table: 'actions', column: 'secret', form: 'text', boundTo: place },
  { table: 'actions', column: 'previous_secret', form: 'text', boundTo: place },
];

/** What an action's calls are signed with. At rest it is sealed for its very row. */
@Injectable()
export class ActionSecrets {
  constructor(private readonly keys: KeyRing) {}

  issue(actionId: string): IssuedSecret {
    const secret = randomBytes(BYTES);
    return { written: writtenSecret(secret), sealed: this.keys.encrypt(secret, place(actionId)).toString('base64url') };
  }

  /** The keys to sign with. */
  open({ id, secret, previousSecret }: SealedSecrets): Buffer[] {
    return [secret, previousSecret]
      .filter((sealed) => sealed !== null)
      .map((sealed) => this.keys.decrypt(Buffer.from(sealed, 'base64url'), place(id)));
  }
}

function place(actionId: string): string {
  return `actions/${actionId}/secret`;
}
