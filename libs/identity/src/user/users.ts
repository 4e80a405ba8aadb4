import { Injectable, Optional } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, newId, type Tx } from '#database';
import { Callers } from '../access/callers.js';
import { workingKeysOf } from '../api-key/api-key.repository.js';
import { audit, type Audited } from '../audit/audit.js';
import type { Role } from '../access/role.js';
import { revokeSessionsOf } from '../session/session.repository.js';
import { Departures } from './departures.js';
import { Passwords } from './passwords.js';
import { UserEntity } from './user.entity.js';
import { insertUser, lockActiveAdmins, UserRepository } from './user.repository.js';

/** A user as others may see them: never with a password, not even hashed. */
export type User = Readonly<Omit<UserEntity, 'passwordHash'>>;

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password: string;
}

/** The people of this house. */
@Injectable()
export class Users {
  constructor(
    private readonly database: Database,
    private readonly users: UserRepository,
    private readonly passwords: Passwords,
    private readonly callers: Callers,
    @Optional() private readonly departures?: Departures,
  ) {}

  /** Active or not; undefined when there is no such user. */
  async get(id: string): Promise<User | undefined> {
    const user = await this.users.find(id);
    return user ? viewOf(user) : undefined;
  }

  /** Names by id, of the users that exist. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map();
    return new Map((await this.users.findAll(ids)).map(({ id, name }) => [id, name]));
  }

  /** Oldest first. */
  async list(after: string | undefined, limit: number): Promise<User[]> {
    return (await this.users.list(after, limit)).map(viewOf);
  }

  /** Prepares a new user outside the transaction, because hashing a password takes its time. */
  async prepare({ password, ...user }: NewUser): Promise<(tx: Tx) => Promise<User>> {
    const passwordHash = await this.passwords.hash(password);
    return async (tx) => {
      const id = newId();
      if (!(await insertUser(tx, { ...user, id, passwordHash }))) {
        throw Problem.conflict('email_taken', 'There is a user with this e-mail.');
      }
      const made = viewOf(await tx.getRepository(UserEntity).findOneByOrFail({ id }));
      await audit(tx, { action: 'user.created', subjectId: id, after: made });
      return made;
    };
  }

  /** Problem 409 `last_admin` when nobody could administer the house any more. */
  async update(id: string, change: Partial<Pick<UserEntity, 'name' | 'role' | 'active'>>): Promise<User> {
    const user = await this.database.transaction(async (tx) => {
      const admins = await lockActiveAdmins(tx);
      const stored = await tx.getRepository(UserEntity).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!stored) throw Problem.notFound('user');
      const before = viewOf(stored);
      const changed = Object.assign(stored, change);
      if (admins.length === 1 && admins[0] === id && !isAdmin(changed)) {
        throw Problem.conflict('last_admin', 'The last active admin cannot be deactivated or given another role.');
      }
      if (!changed.active) await revokeSessionsOf(tx, id, 'deactivated');
      const after = viewOf(await tx.getRepository(UserEntity).save(changed));
      const kept = mayDoLess(before, after) ? await workingKeysOf(tx, id) : 0;
      const told = kept === 0 ? after : { ...after, workingApiKeys: kept };
      await audit(tx, { action: actionOf(before, after), subjectId: id, before, after: told });
      if (!after.active) await this.departures?.left(tx, id);
      return after;
    });
    this.callers.forget();
    return user;
  }

  /** Ends the user's sessions. */
  async setPassword(id: string, password: string): Promise<void> {
    if (!(await this.replacePassword({ id }, password))) throw Problem.notFound('user');
  }

  /** Ends the user's sessions, but the one given. Problem 422 `wrong_password` unless `current` is the user's password. */
  async changePassword(id: string, current: string, password: string, sessionId?: string): Promise<void> {
    const passwordHash = await this.users.passwordHashOf(id);
    const right = await this.passwords.matches(current, passwordHash);
    if (right && (await this.replacePassword({ id, passwordHash }, password, sessionId))) return;
    const pointers = [{ pointer: '#/currentPassword', detail: 'is not your password' }];
    throw new Problem(422, 'wrong_password', 'The current password is wrong.', {}, pointers);
  }

  /** False where there is no such user, or none with that password any more. */
  private async replacePassword(
    user: { readonly id: string; readonly passwordHash?: string },
    password: string,
    except?: string,
  ): Promise<boolean> {
    const passwordHash = await this.passwords.hash(password);
    const done = await this.database.transaction(async (tx) => {
      const { affected } = await tx.getRepository(UserEntity).update(user, { passwordHash });
      if (!affected) return false;
      await revokeSessionsOf(tx, user.id, 'password_changed', except);
      await audit(tx, { action: 'user.password_changed', subjectId: user.id });
      return true;
    });
    this.callers.forget();
    return done;
  }
}

function isAdmin({ active, role }: User): boolean {
  return active && role === 'admin';
}

/** Whoever locks them out should hear of the API keys they may know. */
function mayDoLess(before: User, after: User): boolean {
  return (before.active && !after.active) || (before.role === 'admin' && after.role !== 'admin');
}

function actionOf(before: User, after: User): Audited['action'] {
  if (before.active === after.active) return 'user.updated';
  return after.active ? 'user.activated' : 'user.deactivated';
}

function viewOf({ id, email, name, role, active, createdAt, updatedAt }: UserEntity): User {
  return { id, email, name, role, active, createdAt, updatedAt };
}
