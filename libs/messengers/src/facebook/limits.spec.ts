import type { Attachment, MessageContent, OfferedChoice } from '#messenger-kit';
import { expand, refusal } from './limits.js';

const image: Attachment = { type: 'image', id: 'a', size: 10 };
const file: Attachment = { type: 'file', id: 'b', size: 10 };
const oak: OfferedChoice = { title: 'Oak', payload: 'O' };
const shop: OfferedChoice = { title: 'Shop', url: 'https://x.example' };

test.each<[string, MessageContent, MessageContent[]]>([
  ['a text', { text: 'x' }, [{ text: 'x' }]],
  ['a file', { attachments: [file] }, [{ attachments: [file] }]],
  ['a blank text and a file', { text: ' ', attachments: [file] }, [{ attachments: [file] }]],
  [
    'a text and two files: the text first, then each file',
    { text: 'x', attachments: [image, file], replyTo: 'm_1' },
    [{ text: 'x', replyTo: 'm_1' }, { attachments: [image] }, { attachments: [file] }],
  ],
  [
    'quick replies come last: they vanish when anything follows',
    { text: 'x', attachments: [image], choices: [oak], replyTo: 'm_1' },
    [
      { attachments: [image], replyTo: 'm_1' },
      { text: 'x', choices: [oak] },
    ],
  ],
  [
    'a long text with choices: they stay with its end',
    { text: `${'a'.repeat(1900)} ${'b'.repeat(1900)}`, choices: [oak] },
    [{ text: 'a'.repeat(1900) }, { text: 'b'.repeat(1900), choices: [oak] }],
  ],
  [
    'a template takes less text',
    { text: `${'a'.repeat(600)} ${'b'.repeat(600)}`, choices: [oak, shop] },
    [{ text: 'a'.repeat(600) }, { text: 'b'.repeat(600), choices: [oak, shop] }],
  ],
  [
    'choices without a text stay, to be refused',
    { attachments: [image], choices: [oak] },
    [{ attachments: [image] }, { choices: [oak] }],
  ],
])('expanded: %s', (_, content, parts) => {
  expect(expand(content)).toEqual(parts);
});

const quickReplies = (count: number, change: Partial<OfferedChoice> = {}): MessageContent => ({
  text: 'Pick',
  choices: Array.from({ length: count }, () => ({ ...oak, ...change })),
});

test.each<[string, MessageContent, string | undefined]>([
  ['a text', { text: 'x' }, undefined],
  ['2000 characters', { text: 'x'.repeat(2000) }, undefined],
  ['2001 characters', { text: 'x'.repeat(2001) }, 'text_too_long'],
  ['nothing', {}, 'empty'],
  ['blanks', { text: ' \n' }, 'empty'],
  ['two files at once', { attachments: [image, file] }, 'too_much_at_once'],
  ['a file with a text', { text: 'x', attachments: [image] }, 'too_much_at_once'],
  ['a file', { attachments: [file] }, undefined],
  ['25 MB', { attachments: [{ ...file, size: 25_000_000 }] }, undefined],
  ['more than 25 MB', { attachments: [{ ...file, size: 25_000_001 }] }, 'file_too_large'],
  ['an empty file', { attachments: [{ ...file, size: 0 }] }, 'file_empty'],
  ['a poll', { attachments: [{ type: 'poll' }] }, 'attachment_not_supported'],
  ['a place', { attachments: [{ type: 'location' }] }, 'attachment_not_supported'],
  ['choices alone', { choices: [oak] }, 'choices_without_text'],
  ['choices under a file', { attachments: [file], choices: [oak] }, 'choices_without_text'],
  ['13 quick replies', quickReplies(13), undefined],
  ['14 quick replies', quickReplies(14), 'too_many_choices'],
  ['a title of 20', quickReplies(1, { title: 'x'.repeat(20) }), undefined],
  ['a title of 21', quickReplies(1, { title: 'x'.repeat(21) }), 'choice_title_too_long'],
  ['no title', quickReplies(2, { title: ' ' }), 'choice_without_title'],
  ['a payload of 1001', quickReplies(1, { payload: 'x'.repeat(1001) }), 'choice_payload_too_long'],
  ['3 buttons', { text: 'x', choices: [oak, oak, shop] }, undefined],
  ['4 buttons', { text: 'x', choices: [oak, oak, oak, shop] }, 'too_many_choices'],
  ['640 characters above buttons', { text: 'x'.repeat(640), choices: [shop] }, undefined],
  ['641 characters above buttons', { text: 'x'.repeat(641), choices: [shop] }, 'text_too_long'],
  ['a button to no page', { text: 'x', choices: [{ title: 'x', url: 'javascript:1' }] }, 'choice_url_not_valid'],
])('refused or not: %s', (_, content, code) => {
  const refused = refusal(content);
  expect(refused?.code).toBe(code);
  if (refused) expect(refused.sentence).toMatch(/^\p{L}.*[.]$/u);
});
