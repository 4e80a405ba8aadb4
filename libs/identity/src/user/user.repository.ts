import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, type Repository } from 'typeorm';
import { row, rows, type Tx } from '#database';
import { UserEntity } from './user.entity.js';

export type Credentials = Pick<UserEntity, 'id' | 'name' | 'active' | 'passwordHash'>;

@Injectable()
export class UserRepository {
  constructor(@InjectRepository(UserEntity) private readonly users: Repository<UserEntity>) {}

  find(id: string): Promise<UserEntity | null> {
    return this.users.findOneBy({ id });
  }

  findAll(ids: readonly string[]): Promise<UserEntity[]> {
    return this.users.findBy({ id: In([...ids]) });
  }

  /** Oldest first. */
  list(after: string | undefined, limit: number): Promise<UserEntity[]> {
    return this.users.find({
      where: after === undefined ? {} : { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** Upper and lower case of an e-mail are the same. */
  async credentialsOf(email: string): Promise<Credentials | undefined> {
    const found = await this.users
      .createQueryBuilder('u')
      .select(['u.id', 'u.name', 'u.active', 'u.passwordHash'])
      .where('lower(u.email) = lower(:email)', { email })
      .getOne();
    return found ?? undefined;
  }

  async passwordHashOf(id: string): Promise<string | undefined> {
    return (await this.users.findOne({ where: { id }, select: { id: true, passwordHash: true } }))?.passwordHash;
  }
}

/** Inserts a user unless the e-mail is taken; says whether it did. */
export async function insertUser(
  tx: Tx,
  user: Omit<UserEntity, 'active' | 'createdAt' | 'updatedAt'>,
): Promise<boolean> {
  const inserted = await rows(
    tx,
    `INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (lower(email)) DO NOTHING RETURNING 1`,
    [user.id, user.email, user.name, user.role, user.passwordHash],
  );
  return inserted.length === 1;
}

/** Whether the user is active and the password still theirs: until the transaction ends neither changes. */
export async function holdCredentials(tx: Tx, { id, passwordHash }: Credentials): Promise<boolean> {
  const held = await row(tx, `SELECT 1 FROM users WHERE id = $1 AND active AND password_hash = $2 FOR SHARE`, [
    id,
    passwordHash,
  ]);
  return held !== undefined;
}

/** Whether the user is active: until the transaction ends they stay so. */
export async function holdUser(tx: Tx, id: string): Promise<boolean> {
  return (await row(tx, `SELECT 1 FROM users WHERE id = $1 AND active FOR SHARE`, [id])) !== undefined;
}

/** Locks all active admins, in id order, so that two of them cannot remove each other at once. */
export async function lockActiveAdmins(tx: Tx): Promise<string[]> {
  const admins = await rows<{ id: string }>(
    tx,
    `SELECT id FROM users WHERE role = 'admin' AND active ORDER BY id FOR UPDATE`,
  );
  return admins.map(({ id }) => id);
}

/** Takes turns among nodes that start at once; true when there is no user at all. */
export async function lockEmptyHouse(tx: Tx): Promise<boolean> {
  await rows(tx, `SELECT pg_advisory_xact_lock(hashtextextended('parley.first-admin', 0))`);
  return (await row(tx, `SELECT 1 FROM users LIMIT 1`)) === undefined;
}
