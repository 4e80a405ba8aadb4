import { Injectable } from '@nestjs/common';
import { Attachments } from '#attachments';
import { type ErasedPerson, ErasureStep, type Progress } from './erasure-step.js';
import { TracesRepository } from './traces.repository.js';

/** Files that came or went in the person's chats, where they are kept too. */
@Injectable()
export class EraseFiles extends ErasureStep {
  readonly name = 'files';

  constructor(
    private readonly attachments: Attachments,
    private readonly traces: TracesRepository,
  ) {
    super();
  }

  async run({ identityIds }: ErasedPerson): Promise<Progress> {
    const chatIds = await this.traces.chatsOf(identityIds);
    const erased = await this.attachments.eraseOf(chatIds);
    return erased > 0 ? { erased, next: 'more' } : { erased };
  }
}
