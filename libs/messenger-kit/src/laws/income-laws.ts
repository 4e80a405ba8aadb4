import fc from 'fast-check';
import type { InboundEvent, Messenger } from '../contract.js';
import type { MessengerSubject } from './messenger-subject.js';
import { HEAVY, mutations, NASTY } from './nasty.js';
import { flawsOf, peopleIn } from './well-formed.js';

const SECRET = 'law_secret_0123456789';

/** Laws of `IncomeMessageWorker`. */
export function incomeLaws(subject: MessengerSubject, messenger: () => Messenger): void {
  authenticityLaws(subject, messenger);

  const convert = (body: Buffer | string): InboundEvent[] => {
    const bytes = Buffer.from(body);
    return messenger().income.convert({ headers: subject.sign(bytes, SECRET), body: bytes }, subject.account);
  };
  const expectLawful = (body: Buffer | string): InboundEvent[] => {
    const events = convert(body);
    const flaws = events.length === 0 ? ['it vanished'] : events.flatMap(flawsOf);
    if (flaws.length > 0) throw new Error(`${flaws.join(', ')}: ${body.toString().slice(0, 1000)}`);
    return events;
  };

  test('converting is pure: the same call gives the same events at any time, and stays as it was', () => {
    for (const body of subject.samples.values()) {
      const bytes = Buffer.from(body);
      const events = convert(bytes);
      jest.useFakeTimers({ now: new Date('2041-05-06T07:08:09Z') });
      const later = convert(bytes);
      jest.useRealTimers();
      expect(later).toEqual(events);
      expect(bytes).toEqual(Buffer.from(body));
    }
  });

  test('people have one id for all accounts, or one for each, as the messenger says', () => {
    const { idsAreGlobal } = messenger().income;
    const events = [...subject.samples.values()].flatMap(convert);
    const scopes = events.flatMap((event) => peopleIn(event).map(({ scope }) => [scope, event.source]));
    expect(scopes.length).toBeGreaterThan(0);
    expect(scopes).toEqual(scopes.map(([, source]) => [idsAreGlobal ? '' : source, source]));
  });

  test('every sample gives events that can be kept, none of them malformed', () => {
    for (const [name, body] of subject.samples) {
      const malformed = expectLawful(body).filter((event) => event.kind === 'malformed');
      expect([name, malformed]).toEqual([name, []]);
    }
  });

  test('a network that signs with a secret of its own tries it by a call that tells nothing', () => {
    const { income, registration } = messenger();
    const { trial = '', text } = subject;
    const isTrial = (body: string): boolean | undefined => income.isTrial?.({ headers: {}, body: Buffer.from(body) });
    expect(trial !== '').toBe(registration.signingCredential !== undefined);
    if (trial === '') return;
    expect([isTrial(trial), isTrial(text), isTrial('{"x":'), isTrial('[]')]).toEqual([true, false, false, false]);
    expect(convert(trial).map(({ kind }) => kind)).toEqual(['ignored']);
  });

  test('different samples give different keys', () => {
    const keys = [...subject.samples.values()].flatMap((body) => convert(body).map(keyOf));
    expect(keys).toHaveLength(new Set(keys).size);
  });

  test('different messages have different ids', () => {
    const events = [...subject.samples.values()].flatMap(convert);
    const ids = events.flatMap((event) => ('externalId' in event ? `${event.source} ${event.externalId}` : []));
    expect(ids).toHaveLength(new Set(ids).size);
  });

  test('any bytes and any JSON give at least one event and no exception', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expectLawful(Buffer.from(bytes))));
    fc.assert(fc.property(fc.json({ maxDepth: 5 }), (json) => void expectLawful(json)));
  });

  test('samples with anything anywhere give at least one event that can be kept', () => {
    for (const sample of subject.samples.values()) for (const body of mutations(sample, NASTY)) expectLawful(body);
  });

  test('10,000 levels deep, 1 MB long: still an event that can be kept', () => {
    for (const body of mutations(subject.text, HEAVY)) expectLawful(body);
    for (const body of HEAVY) expectLawful(body);
  });

  test('an event nobody knows is ignored by name, not lost', () => {
    expect(expectLawful(subject.unknownEvent)).toEqual([
      expect.objectContaining({ kind: 'ignored', reason: 'unknown_event' }),
    ]);
  });

  const { batch, badEvent } = subject;
  test('the subject tells of batches and of a bad event, or of neither', () => {
    expect(badEvent !== undefined).toBe(batch !== undefined);
  });
  if (batch && badEvent !== undefined) batchLaws(subject.text, [...subject.samples.values()], badEvent, batch, convert);
}

const keyOf = (event: InboundEvent): string => `${event.source} ${event.key}`;

function batchLaws(
  text: string,
  samples: readonly string[],
  badEvent: string,
  batch: (bodies: readonly string[]) => string,
  convert: (body: string) => InboundEvent[],
): void {
  test('an event is the same alone and in a batch, its key too', () => {
    expect(convert(batch(samples))).toEqual(samples.flatMap(convert));
  });

  test('a bad event among good ones leaves the good ones as they are', () => {
    const events = convert(batch([text, badEvent, text]));
    expect(events).toEqual([...convert(text), ...convert(badEvent), ...convert(text)]);
    expect(convert(badEvent).map((event) => event.kind)).toEqual(['malformed']);
  });
}

function authenticityLaws(subject: MessengerSubject, messenger: () => Messenger): void {
  const body = Buffer.from(subject.text);
  const signed = subject.sign(body, SECRET);
  const asks = (headers: Record<string, string | string[] | undefined>, signing: readonly string[]): boolean =>
    messenger().income.isAuthentic({ headers: { ...signed, ...headers }, body }, { signing });
  const proof = signed[subject.proofHeader] ?? '';

  test('a proven call is authentic, with any of several secrets', () => {
    expect(asks({ [subject.proofHeader]: proof }, [SECRET])).toBe(true);
    expect(asks({ [subject.proofHeader]: proof }, ['new_one', SECRET])).toBe(true);
  });

  test('where the proof is of the body, it proves no other', () => {
    const other = Buffer.from(body.toString().replace(/\w/, '~'));
    const proves = (bytes: Buffer): boolean =>
      messenger().income.isAuthentic({ headers: signed, body: bytes }, { signing: [SECRET] });
    const isOfBody = subject.sign(other, SECRET)[subject.proofHeader] !== proof;
    expect([proves(body), proves(other)]).toEqual([true, !isOfBody]);
  });

  test('without a secret nothing is authentic', () => {
    expect(asks({ [subject.proofHeader]: proof }, [])).toBe(false);
    for (const given of ['', proof, subject.sign(body, '')[subject.proofHeader] ?? '']) {
      expect(asks({ [subject.proofHeader]: given }, [''])).toBe(false);
    }
  });

  test.each<[string, string | string[] | undefined]>([
    ['none', undefined],
    ['an empty one', ''],
    ['one of another secret', subject.sign(body, 'another')[subject.proofHeader]],
    ['a cut one', proof.slice(0, -1)],
    ['a longer one', `${proof}0`],
    ['a huge one', proof.repeat(10_000)],
    ['one with odd characters', '\0\ud800ü'],
    ['two', [proof, proof]],
    ['the right one after a space', ` ${proof}`],
  ])('a call with this proof is not authentic: %s', (_, given) => {
    expect(asks({ [subject.proofHeader]: given }, [SECRET])).toBe(false);
  });
}
