import { Injectable } from '@nestjs/common';
import { Idempotency, type OnceAnswer } from '#api-kit';
import { Database, type Tx } from '#database';
import { type Caller, callerKey } from '#identity';

interface CreateRequest {
  readonly caller: Caller;
  /** Method and path. */
  readonly route: string;
  readonly key: string | undefined;
  readonly request: object;
}

/** A POST that creates something: one transaction, once for each idempotency key, answered 201. */
@Injectable()
export class Creation {
  constructor(
    private readonly database: Database,
    private readonly idempotency: Idempotency,
  ) {}

  once<T>({ caller, ...request }: CreateRequest, create: (tx: Tx) => Promise<T>): Promise<OnceAnswer<T>> {
    return this.database.transaction((tx) =>
      this.idempotency.once<T>(tx, { ...request, caller: callerKey(caller) }, async () => ({
        status: 201,
        body: await create(tx),
      })),
    );
  }

  /** The same for an answer that shows a secret: it is not kept, so a replay is refused with Problem 409 `already_done`. */
  onceWithSecret<T>({ caller, ...request }: CreateRequest, create: (tx: Tx) => Promise<T>): Promise<T> {
    return this.database.transaction((tx) =>
      this.idempotency.onceWithoutReplay(tx, { ...request, caller: callerKey(caller) }, () => create(tx)),
    );
  }
}
