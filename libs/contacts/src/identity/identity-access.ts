import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { Tx } from '#database';
import type { Caller } from '#identity';
import type { IdentityView } from '../contact/contact.dto.js';
import { identityViewOf } from '../contact/contact-view.js';
import { ContactVisibility } from '../ports.js';
import type { Identity } from './identity.entity.js';
import { IdentityRepository } from './identity.repository.js';

/** Which people a caller may see, guests too: agents those of the chats they may see, supervisors and admins everyone. */
@Injectable()
export class IdentityAccess {
  constructor(
    private readonly identities: IdentityRepository,
    private readonly visibility: ContactVisibility,
  ) {}

  async getIdentity(caller: Caller, identityId: string): Promise<IdentityView> {
    return identityViewOf(await this.require(caller, identityId));
  }

  /** Problem 404 where there is none, or none that the caller may see. */
  async require(caller: Caller, identityId: string, tx?: Tx): Promise<Identity> {
    const identity = await this.identities.get(identityId, tx);
    if (!identity || !(await this.maySee(caller, identityId, tx))) throw Problem.notFound('identity');
    return identity;
  }

  private async maySee(caller: Caller, identityId: string, tx?: Tx): Promise<boolean> {
    if (caller.role !== 'agent') return true;
    return caller.kind === 'user' && this.visibility.maySeeIdentity(caller.id, identityId, tx);
  }
}
