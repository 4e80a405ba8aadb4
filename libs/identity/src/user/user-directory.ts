import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOnce,
  decodeCursor,
  encodeCursor,
  Idempotency,
  pageOf,
  Problem,
  type Page,
  type PageQuery,
} from '#api-kit';
import { Database, isId } from '#database';
import { callerKey, type Caller } from '../access/caller.js';
import { Users, type NewUser, type User } from './users.js';

/** The users as the API shows them. */
@Injectable()
export class UserDirectory {
  constructor(
    private readonly database: Database,
    private readonly users: Users,
    private readonly idempotency: Idempotency,
  ) {}

  async create(user: NewUser, caller: Caller, key: string | undefined, reply: FastifyReply): Promise<User> {
    const insert = await this.users.prepare(user);
    const request = { caller: callerKey(caller), route: 'POST /v1/users', key, request: user };
    const answer = await this.database.transaction((tx) =>
      this.idempotency.once(tx, request, async () => ({ status: 201, body: await insert(tx) })),
    );
    return answerOnce(reply, answer);
  }

  async page({ cursor, limit }: PageQuery): Promise<Page<User>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor, 1)[0];
    if (after !== undefined && !isId(after)) throw Problem.unknownCursor();
    return pageOf(await this.users.list(after, limit + 1), limit, ({ id }) => encodeCursor([id]));
  }

  async get(id: string): Promise<User> {
    const user = await this.users.get(id);
    if (!user) throw Problem.notFound('user');
    return user;
  }
}
