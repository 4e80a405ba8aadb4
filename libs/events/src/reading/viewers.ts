import { Injectable } from '@nestjs/common';
import { Callers, type Caller } from '#identity';
import { AudienceQueues } from './audience-queues.js';
import type { Viewer } from './viewer.js';

/** Who callers are today, asked for all of them at once. */
@Injectable()
export class Viewers {
  constructor(
    private readonly callers: Callers,
    private readonly queues: AudienceQueues,
  ) {}

  async of(caller: Caller): Promise<Viewer | undefined> {
    return (await this.ofAll([caller])).get(caller);
  }

  /** Those who may not call any more (signed out, deactivated, revoked) are missing in the answer. */
  async ofAll(callers: readonly Caller[]): Promise<ReadonlyMap<Caller, Viewer>> {
    if (callers.length === 0) return new Map();
    const users = [...new Set(callers.filter(({ kind }) => kind === 'user').map(({ id }) => id))];
    const [roles, queues] = await Promise.all([this.callers.rolesOf(callers), this.queues.of(users)]);
    const found = new Map<Caller, Viewer>();
    for (const caller of callers) {
      const role = roles.get(caller);
      if (!role) continue;
      const userId = caller.kind === 'user' ? caller.id : undefined;
      found.set(caller, { userId, role, queues: (userId && queues.get(userId)) || [] });
    }
    return found;
  }
}
