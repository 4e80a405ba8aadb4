import fc from 'fast-check';
import { POWERS, type Messenger, type OutcomeMessageWorker, type Power } from '../contract.js';
import type { MessageContent } from '../unified-message.js';
import { FILE_TYPES, fileOf } from './content-samples.js';
import { expectSentence } from './network-trouble.js';

const MEMBER_OF = { edit: 'edit', delete: 'delete', react: 'react', typing: 'typing', mark_seen: 'markSeen' } as const;

/** Laws of what `OutcomeMessageWorker` says before anything is sent: all of it is pure. */
export function contentLaws(messenger: () => Messenger): void {
  powerLaws(messenger);
  refusalLaws(messenger);
  expansionLaws(messenger);

  test('what may be sent is pure, and says why not', () => {
    const { outcome } = messenger();
    const now = new Date('2026-11-22T12:00:00Z');
    for (const days of [0, 0.5, 1, 6, 30, -1, undefined]) {
      for (const human of [true, false]) {
        const wrote = days === undefined ? {} : { lastInboundAt: new Date(now.getTime() - days * 86_400_000) };
        const policy = outcome.policy({ ...wrote, now, human });
        expect(outcome.policy({ ...wrote, now, human })).toEqual(policy);
        expect(policy.allowed).toBe(policy.reason === null);
        expect(policy.kinds.length > 0).toBe(policy.allowed);
        expect(outcome.powers).toEqual(expect.arrayContaining([...policy.kinds]));
        if (policy.reason !== null) expectSentence({ sentence: policy.reason });
      }
    }
  });
}

function powerLaws(messenger: () => Messenger): void {
  test('each power is named once, and each optional member goes with its power', () => {
    const { outcome } = messenger();
    expect(new Set(outcome.powers).size).toBe(outcome.powers.length);
    expect(POWERS).toEqual(expect.arrayContaining([...outcome.powers]));
    for (const [power, member] of Object.entries(MEMBER_OF)) {
      expect([member, typeof outcome[member] === 'function']).toEqual([member, can(outcome, power as Power)]);
    }
  });

  test('its pace is one that gets somewhere', () => {
    const { perSecond, perRecipient } = messenger().outcome.pace;
    expect(perSecond).toBeGreaterThan(0);
    expect(perSecond).toBeLessThanOrEqual(10_000);
    expect(perRecipient.perSecond).toBeGreaterThan(0);
    expect(perRecipient.perSecond).toBeLessThanOrEqual(perSecond);
    expect(perRecipient.burst).toBeGreaterThanOrEqual(1);
  });
}

function refusalLaws(messenger: () => Messenger): void {
  test('what it has the power for is not refused', () => {
    const { outcome } = messenger();
    const allowed = samplesFor((power) => can(outcome, power));
    expect(allowed.length).toBeGreaterThan(0);
    for (const content of allowed) expect([content, outcome.refusal(content)]).toEqual([content, undefined]);
  });

  test('what it has not the power for, what is empty or too long is refused with a code and a sentence, every time', () => {
    const { outcome } = messenger();
    const tooMuch = [{}, { text: '' }, { text: 'x'.repeat(outcome.maxTextLength + 1) }];
    for (const content of [...samplesFor((power) => !can(outcome, power)), ...tooMuch]) {
      const refusal = outcome.refusal(content);
      expect([content, refusal?.code]).toEqual([content, expect.stringMatching(/^[a-z][a-z0-9_]*$/)]);
      expectSentence(refusal!);
      expect(outcome.refusal(content)).toEqual(refusal);
    }
  });
}

function expansionLaws(messenger: () => Messenger): void {
  test('a long text becomes parts that fit, keep every word and answer the same message once', () => {
    const { outcome } = messenger();
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(words, (said) => {
        const text = said.join(' ').repeat(3);
        const parts = outcome.expand({ text, replyTo: 'x:1' });
        expect(parts.every((part) => (part.text ?? '').length <= outcome.maxTextLength)).toBe(true);
        expect(wordsIn(parts)).toBe(withoutBlanks(text));
        expect(parts.filter((part) => part.replyTo)).toEqual(parts.slice(0, 1));
      }),
      { numRuns: 30 },
    );
    expect(outcome.expand({ text: 'short' })).toEqual([{ text: 'short' }]);
  });

  test('nothing is lost between the parts: text, files, choices and the answered message, each once', () => {
    const { outcome } = messenger();
    const types = FILE_TYPES.filter((type) => can(outcome, type));
    const texts = fc.constantFrom(undefined, 'Hello', 'many words '.repeat(150), 'even more words '.repeat(1_500));
    const files = types.length > 0 ? fc.array(fc.constantFrom(...types), { maxLength: 13 }) : fc.constant([]);
    fc.assert(
      fc.property(texts, files, fc.boolean(), (text, kinds, offers) => {
        if (text === undefined && kinds.length === 0) return;
        const attachments = kinds.map((type, index) => fileOf(type, `f${index}`));
        const choices = offers && can(outcome, 'choices') ? { choices: [{ title: 'Yes' }, { title: 'No' }] } : {};
        const whole = { ...(text && { text }), ...(kinds.length > 0 && { attachments }), replyTo: 'x:1', ...choices };
        const parts = outcome.expand(whole);
        expect(wordsIn(parts)).toBe(withoutBlanks(text ?? ''));
        expect(parts.flatMap((part) => part.attachments ?? [])).toEqual(attachments);
        expect(parts.flatMap((part) => (part.choices ? [part.choices] : []))).toEqual(Object.values(choices));
        expect(parts.filter((part) => part.replyTo)).toEqual(parts.slice(0, 1));
        expect(parts.every((part) => part.text || part.attachments || part.choices)).toBe(true);
        expect(outcome.expand(whole)).toEqual(parts);
      }),
      { numRuns: 60 },
    );
  });
}

/** One content for each power that is to be tried. */
function samplesFor(tried: (power: Power) => boolean): MessageContent[] {
  const text = 'Hello';
  return [
    ...(tried('text') ? [{ text }] : []),
    ...FILE_TYPES.filter(tried).map((type) => ({ attachments: [fileOf(type)] })),
    ...(tried('choices') ? [{ text, choices: [{ title: 'Yes' }] }] : []),
  ];
}

function can({ powers }: OutcomeMessageWorker, power: Power): boolean {
  return powers.includes(power);
}

function wordsIn(parts: readonly MessageContent[]): string {
  return withoutBlanks(parts.map((part) => part.text ?? '').join(''));
}

function withoutBlanks(text: string): string {
  return text.replace(/\s/g, '');
}
