import type { MessageContent, OutcomeMessageWorker, Refusal } from '#messenger-kit';
import { refusedMember } from './refused-member.js';

/** Takes five letters and one button, no empty file, no button under a file, and nothing that is nothing. */
function refusal({ text = '', attachments = [], choices = [] }: MessageContent): Refusal | undefined {
  if (text === '' && attachments.length === 0) return refused(choices.length > 0 ? 'choices_without_text' : 'empty');
  if (text.length > 5) return refused('text_too_long');
  if (attachments.some(({ size }) => size === 0)) return refused('file_empty');
  if (choices.length > 0 && attachments.length > 0) return refused('choices_on_file');
  return choices.length > 1 ? refused('too_many_choices') : undefined;
}

const refused = (code: string): Refusal => ({ code, sentence: `It says ${code}.` });
const outcome = { refusal } as unknown as OutcomeMessageWorker;
const choices = [{ title: 'Yes' }];
const file = (id: string, size: number) => ({ id, type: 'file' as const, size });

test.each<[MessageContent, string]>([
  [{ text: 'far too long' }, '#/text'],
  [{ text: 'far too long', choices: [...choices, ...choices] }, '#/text'],
  [{ text: 'Hi', choices: [...choices, ...choices] }, '#/choices'],
  [{ choices }, '#/choices'],
  [{ attachments: [file('a', 7)], choices }, '#/choices'],
  [{ text: 'Hi', attachments: [file('a', 7), file('b', 0)] }, '#/attachments/1'],
  [{}, '#/text'],
])('%j is refused at %s', (content, pointer) => {
  expect(refusedMember(outcome, content, refusal(content)!, content)).toBe(pointer);
});

test('a file of a later part is where it stands in the request', () => {
  const part = { attachments: [file('b', 0)] };
  const whole = { attachments: [file('a', 7), file('b', 0)] };
  expect(refusedMember(outcome, part, refusal(part)!, whole)).toBe('#/attachments/1');
});
