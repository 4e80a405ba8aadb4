import { Injectable } from '@nestjs/common';
import { Database } from '#database';
import { RawBodies } from '#messaging';
import { SearchText } from '../../search/search-text.js';
import { type ErasedPerson, ErasureStep, type Progress } from './erasure-step.js';
import { isTelling, isWordOf, mentions } from './mentions.js';
import { TracesRepository } from './traces.repository.js';

const PIECE = 5_000;
const FEW = 200;

/** Previews and names in the event log. */
@Injectable()
export class EraseEvents extends ErasureStep {
  readonly name = 'events';

  constructor(private readonly traces: TracesRepository) {
    super();
  }

  async run({ identityIds, contactIds }: ErasedPerson, place: string | null): Promise<Progress> {
    const [txid = '0', id = '0'] = place?.split('/') ?? [];
    const whose = { chatIds: await this.traces.chatsOf(identityIds), subjects: [...contactIds, ...identityIds] };
    const last = await this.traces.blankEvents(whose, [txid, id], PIECE);
    if (!last) return { erased: 0 };
    const more = last.seen === PIECE;
    return { erased: last.blanked, ...(more && { next: `${last.txid}/${last.id}` }) };
  }
}

/** Changes that came before what they change. */
@Injectable()
export class EraseWaitingChanges extends ErasureStep {
  readonly name = 'waiting changes';

  constructor(private readonly traces: TracesRepository) {
    super();
  }

  async run({ known }: ErasedPerson, place: string | null): Promise<Progress> {
    const found = await this.traces.waitingChanges(place, FEW);
    const theirs = found.filter(({ target, event }) => mentions([target, event], known)).map(({ id }) => id);
    if (theirs.length > 0) await this.traces.dropWaitingChanges(theirs);
    return { erased: theirs.length, next: found.length === FEW ? found.at(-1)?.id : undefined };
  }
}

/** Answers kept for repeated requests. */
@Injectable()
export class EraseAnswers extends ErasureStep {
  readonly name = 'answers';

  constructor(private readonly traces: TracesRepository) {
    super();
  }

  async run({ identityIds, contactIds }: ErasedPerson): Promise<Progress> {
    const ids = [...contactIds, ...identityIds, ...(await this.traces.chatsOf(identityIds))];
    return { erased: await this.traces.forgetAnswers(ids) };
  }
}

/** What was told, or shall be, to webhook endpoints. Comes after the events: nothing is made anew of those. */
@Injectable()
export class EraseDeliveries extends ErasureStep {
  readonly name = 'deliveries';

  /** Rows in a transaction. */
  protected readonly atOnce: number = PIECE;

  constructor(private readonly traces: TracesRepository) {
    super();
  }

  async run({ identityIds, contactIds }: ErasedPerson, place: string | null): Promise<Progress> {
    const ids = [...contactIds, ...identityIds, ...(await this.traces.chatsOf(identityIds))];
    const { last, seen, forgotten } = await this.traces.forgetDeliveries(ids, place, this.atOnce);
    return { erased: forgotten, ...(last !== null && seen === this.atOnce && { next: last }) };
  }
}

/** Words that messages were found by, also those that are being copied from a text that was still there. */
@Injectable()
export class EraseWords extends ErasureStep {
  readonly name = 'words';

  constructor(
    private readonly database: Database,
    private readonly traces: TracesRepository,
    private readonly searchText: SearchText,
  ) {
    super();
  }

  async run({ identityIds }: ErasedPerson): Promise<Progress> {
    const chatIds = await this.traces.chatsOf(identityIds);
    return { erased: await this.database.transaction((tx) => this.searchText.forget(tx, chatIds)) };
  }
}

/** Webhook bodies that speak of the person: whole, with whatever else they hold. */
@Injectable()
export class EraseRawBodies extends ErasureStep {
  readonly name = 'bodies';

  constructor(private readonly bodies: RawBodies) {
    super();
  }

  async run({ known }: ErasedPerson, place: string | null): Promise<Progress> {
    const messengers = [...new Set(known.map(({ messenger }) => messenger))];
    const piece = await this.bodies.some(messengers, place);
    const theirs = piece.filter(({ body }) => speaksOf(body, known)).map(({ id }) => id);
    if (theirs.length > 0) await this.bodies.remove(theirs);
    return { erased: theirs.length, next: piece.at(-1)?.id };
  }
}

/** What is no JSON is removed where it has the id as a word. */
function speaksOf(body: Buffer, known: ErasedPerson['known']): boolean {
  const text = body.toString();
  try {
    return mentions(JSON.parse(text), known) || known.some(({ externalId }) => isTellingIn(text, externalId));
  } catch {
    return known.some(({ externalId }) => isTellingIn(text, externalId) || isWordOf(text, externalId));
  }
}

/** Numbers too large for JSON.parse are found as they stand. */
function isTellingIn(text: string, externalId: string): boolean {
  return isTelling(externalId) && text.includes(externalId);
}
