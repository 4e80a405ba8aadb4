import type { MessageContent, OutcomeMessageWorker, Power } from '#messenger-kit';
import { type Answer, partsOf, refuseSilence, wordsOf } from './answer.js';

const outcome = {
  expand: ({ text = '', ...rest }: MessageContent) =>
    text.split('|').map((part, index) => (index === 0 ? { text: part, ...rest } : { text: part })),
  refusal: ({ text = '' }: MessageContent) =>
    text.length > 5 ? { code: 'too_long', sentence: 'That is too long.' } : undefined,
} as unknown as OutcomeMessageWorker;

const parts = (content: MessageContent, ...kinds: Power[]) =>
  partsOf(outcome, { allowed: true, until: null, reason: null, kinds, tag: null }, content);

test('an answer becomes one message for every call the network needs', () => {
  const choices = [{ title: 'Yes' }];
  expect(parts({ text: 'one|two', choices }, 'text', 'choices')).toEqual([{ text: 'one', choices }, { text: 'two' }]);
});

test.each<[MessageContent, Power[], string]>([
  [{ text: 'Hi' }, [], '#/text'],
  [{ text: 'Hi', choices: [{ title: 'Yes' }] }, ['text'], '#/choices'],
  [{ text: 'Hi', replyTo: 'm1' }, ['text'], '#/replyTo'],
  [{ attachments: [{ type: 'image' }, { type: 'video' }] }, ['image'], '#/attachments/1'],
])('what the messenger cannot carry now is refused where it stands: %j', (content, kinds, pointer) => {
  const pointers: unknown = [expect.objectContaining({ pointer })];
  const refusal: unknown = expect.objectContaining({ statusCode: 422, code: 'not_supported', pointers });
  expect(() => parts(content, ...kinds)).toThrow(refusal as Error);
});

test('what the messenger would not take is refused in its words, whichever part it is', () => {
  expect(() => parts({ text: 'one|second' }, 'text')).toThrow(
    expect.objectContaining({
      statusCode: 422,
      code: 'not_sendable',
      detail: 'That is too long.',
      extra: { reason: 'too_long' },
      pointers: [{ pointer: '#/text', detail: 'That is too long.' }],
    }) as Error,
  );
});

test.each<[Answer, boolean]>([
  [{}, false],
  [{ text: ' \n' }, false],
  [{ text: ' ', choices: [{ title: 'Yes' }] }, false],
  [{ text: 'Hi' }, true],
  [{ attachments: ['id'] }, true],
])('silence is no answer: %j', (answer, said) => {
  const check = () => refuseSilence(answer);
  if (said) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ statusCode: 422 }) as Error);
});

test('the database and every client can hold what goes out', () => {
  const choices = [{ title: ' Y\0es ', payload: '\ud800' }];
  expect(wordsOf({ text: 'a\0b', choices })).toEqual({ text: 'ab', choices: [{ title: 'Yes', payload: '\ufffd' }] });
  expect(wordsOf({ text: ' ', attachments: ['id'] })).toEqual({});
});
