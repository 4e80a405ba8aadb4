import type { InboundEvent, Messenger } from '../contract.js';
import type { MessengerSubject } from './messenger-subject.js';

/** Laws of what one worker promises and another has to keep. */
export function agreementLaws(subject: MessengerSubject, messenger: () => Messenger): void {
  const events = (): InboundEvent[] =>
    [...subject.samples.values()].flatMap((body) =>
      messenger().income.convert({ headers: {}, body: Buffer.from(body) }, subject.account),
    );

  test('what an attachment refers to can be loaded, by its type', () => {
    const types = events().flatMap((event) =>
      'content' in event ? (event.content.attachments ?? []).flatMap(referring) : [],
    );
    expect(messenger().media?.types ?? []).toEqual(expect.arrayContaining(types));
  });

  test('where what we send comes back, a sample shows how', () => {
    const proofs = events().filter((event) => event.kind === 'echo' || ('ownId' in event && event.ownId !== undefined));
    if (messenger().outcome.echoes) expect(proofs).not.toEqual([]);
  });

  test('who waits to hear that a message was noticed is told', () => {
    const tokens = events().flatMap((event) => ('acknowledge' in event && event.acknowledge ? event.acknowledge : []));
    if (tokens.length > 0) expect(messenger().outcome.acknowledge !== undefined).toBe(true);
  });
}

function referring({ type, reference }: { readonly type: string; readonly reference?: string }): string[] {
  return reference === undefined ? [] : [type];
}
