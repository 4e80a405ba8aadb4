import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Idempotency, type IdempotentRequest, Problem } from '#api-kit';
import { Database, KeyRing, newId } from '#database';
import { audit, type Audited } from '#identity';
import { type AccountSignIn, MessengerRegistry, type Remark } from '#messenger-kit';
import { openFields, sealFields, type SealedFields } from '../sealed-fields.js';
import { asked } from '../network.js';
import { WebhookAddresses } from '../webhook-addresses.js';
import type { StartedSignIn } from './sign-in.dto.js';
import { type ClaimedSignIn, type KeptSignIn, SignInRepository } from './sign-in.repository.js';

const DIALOG_MINUTES = 10;
/** How long there is to choose accounts. */
const GRANT_MINUTES = 60;
const STATE = /^[\w-]{43}$/;

/** A grant an admin holds, and until when. */
export interface HeldGrant {
  readonly grant: SealedFields;
  readonly expiresAt: Date;
}

/** What the browser is told that came back: `granted`, or why not. */
export type Homecoming = { readonly kind: 'granted' } | ({ readonly kind: 'failed' } & Remark);

/** Admins who sign in at a network to connect accounts there: to its dialog and back. */
@Injectable()
export class SignIns {
  constructor(
    private readonly messengers: MessengerRegistry,
    private readonly repository: SignInRepository,
    private readonly addresses: WebhookAddresses,
    private readonly keys: KeyRing,
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  /** The network's dialog for this caller, good for 10 minutes and one return. Its address is shown once. */
  async begin(
    messenger: string,
    again: boolean,
    callerName: string,
    request: IdempotentRequest,
  ): Promise<StartedSignIn> {
    const door = this.door(messenger);
    const reason = this.messengers.get(messenger)?.registration.unavailable?.();
    if (reason !== undefined) throw new Problem(422, 'messenger_unavailable', reason);
    const [id, state] = [newId(), randomBytes(32).toString('base64url')];
    const signIn = {
      id,
      messenger,
      caller: request.caller,
      callerName,
      stateHash: this.keys.lookupHash(state),
      minutes: DIALOG_MINUTES,
    };
    const expiresAt = await this.database.transaction((tx) =>
      this.idempotency.onceWithoutReplay(tx, request, async () => {
        await audit(tx, { action: 'account_sign_in.started', subjectId: id, after: { messenger, again } });
        return this.repository.begin(tx, signIn);
      }),
    );
    const url = door.dialogUrl({ redirectUri: this.addresses.signInCallback(messenger), state, again });
    return { signInId: id, url, expiresAt: expiresAt.toISOString() };
  }

  /** The browser is back. Who it is follows from the state alone, which is good once. */
  async comeBack(messenger: string, returned: URLSearchParams): Promise<Homecoming> {
    const door = this.door(messenger);
    const state = returned.get('state') ?? '';
    const signIn = STATE.test(state) && (await this.repository.claim(messenger, this.keys.lookupHash(state)));
    if (!signIn) return UNKNOWN;
    try {
      const verdict = await asked(messenger, () => door.grant(returned, this.addresses.signInCallback(messenger)));
      if (verdict.kind === 'refused') return await this.fail(messenger, signIn, verdict);
      await this.grant(messenger, signIn, verdict.grant);
      return { kind: 'granted' };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return this.fail(messenger, signIn, { code: error.code, sentence: error.detail });
    }
  }

  /** What a caller's own sign-in was granted. Problem 404 for anybody else's, 409 while there is nothing, 422 why it failed. */
  async grantOf(messenger: string, id: string, caller: string): Promise<HeldGrant> {
    this.door(messenger);
    const kept = await this.repository.find(messenger, id, caller);
    if (!kept) throw Problem.notFound('sign-in');
    if (kept.status !== 'granted') throw whyNot(kept);
    return { grant: openFields(this.keys, placeOfGrant(id), kept.secrets), expiresAt: kept.expiresAt };
  }

  private async grant(messenger: string, signIn: ClaimedSignIn, grant: SealedFields): Promise<void> {
    const { id } = signIn;
    const sealed = sealFields(this.keys, placeOfGrant(id), grant);
    await this.database.transaction(async (tx) => {
      await this.repository.grant(tx, id, sealed, GRANT_MINUTES);
      await audit(tx, { ...by(signIn), action: 'account_sign_in.granted', after: { messenger } });
    });
  }

  private async fail(messenger: string, signIn: ClaimedSignIn, { code, sentence }: Remark): Promise<Homecoming> {
    await this.database.transaction(async (tx) => {
      await this.repository.fail(tx, signIn.id, code, sentence);
      await audit(tx, { ...by(signIn), action: 'account_sign_in.failed', after: { messenger, code } });
    });
    return { kind: 'failed', code, sentence };
  }

  /** Problem 404 where there is no such messenger, or none that one signs in at. */
  door(messenger: string): AccountSignIn {
    const door = this.messengers.get(messenger)?.signIn;
    if (!door) throw Problem.notFound('sign-in');
    return door;
  }
}

const UNKNOWN: Homecoming = {
  kind: 'failed',
  code: 'sign_in_unknown',
  sentence: 'This sign-in is not known here: it was used already, or took longer than ten minutes. Begin again.',
};

/** Nobody is signed in where the browser comes back: whoever began it did this. */
function by({ id: subjectId, caller, callerName }: ClaimedSignIn): Pick<Audited, 'subjectId' | 'actor'> {
  const [kind = '', id = null] = caller.split(':');
  return { subjectId, actor: { kind: kind === 'key' ? 'key' : 'user', id, name: callerName } };
}

function whyNot({ status, failureCode, failureSentence }: KeptSignIn): Problem {
  if (status === 'failed' && failureCode !== null) return new Problem(422, failureCode, failureSentence ?? '');
  if (status === 'expired') return Problem.conflict('sign_in_expired', 'This sign-in took too long. Begin again.');
  return Problem.conflict('sign_in_pending', 'Nobody has come back from the dialog yet.');
}

export function placeOfGrant(id: string): string {
  return `account_sign_ins/${id}`;
}
