import fc from 'fast-check';
import type { Attachment, MessageContent } from '#messenger-kit';
import { expand } from './expand.js';
import { refusal } from './refusal.js';

const photo: Attachment = { type: 'image', mimeType: 'image/jpeg', size: 10 };
const video: Attachment = { type: 'video', mimeType: 'video/mp4', size: 10 };
const pdf: Attachment = { type: 'file', mimeType: 'application/pdf', size: 10 };
const song: Attachment = { type: 'audio', mimeType: 'audio/mpeg', size: 10 };
const voice: Attachment = { ...song, form: 'voice' };
const huge: Attachment = { ...photo, size: 11 * 1024 * 1024 };
const choices = [{ title: 'Yes' }];
const replyTo = '5:1';
const long = 'word '.repeat(300).trim();

test.each<[string, MessageContent, MessageContent[]]>([
  [
    'one file and a text',
    { text: 'Hi', attachments: [pdf], choices, replyTo },
    [{ text: 'Hi', attachments: [pdf], choices, replyTo }],
  ],
  [
    'what may stand in one album',
    { text: 'Hi', attachments: [photo, video, photo], replyTo },
    [{ text: 'Hi', attachments: [photo, video, photo], replyTo }],
  ],
  [
    'what may not',
    { text: 'Hi', attachments: [photo, pdf, pdf, song, voice, voice], replyTo },
    [
      { text: 'Hi', attachments: [photo], replyTo },
      { attachments: [pdf, pdf] },
      { attachments: [song] },
      { attachments: [voice] },
      { attachments: [voice] },
    ],
  ],
  [
    'a picture over 10 MB is a document',
    { attachments: [photo, huge, pdf] },
    [{ attachments: [photo] }, { attachments: [huge, pdf] }],
  ],
  [
    'eleven pictures',
    { attachments: Array.from({ length: 11 }, () => photo) },
    [{ attachments: Array.from({ length: 10 }, () => photo) }, { attachments: [photo] }],
  ],
  [
    'documents of more than 50 MB together',
    {
      attachments: [
        { ...pdf, size: 30 * 1024 * 1024 },
        { ...pdf, size: 30 * 1024 * 1024 },
      ],
    },
    [{ attachments: [{ ...pdf, size: 30 * 1024 * 1024 }] }, { attachments: [{ ...pdf, size: 30 * 1024 * 1024 }] }],
  ],
  [
    'a text too long for a caption',
    { text: long, attachments: [pdf], replyTo, choices },
    [
      { attachments: [pdf], replyTo },
      { text: long, choices },
    ],
  ],
  [
    'buttons with an album',
    { text: 'Which?', attachments: [photo, photo], choices, replyTo },
    [
      { attachments: [photo, photo], replyTo },
      { text: 'Which?', choices },
    ],
  ],
  [
    'buttons with several parts',
    { text: 'Which?', attachments: [photo, pdf], choices },
    [{ attachments: [photo] }, { attachments: [pdf] }, { text: 'Which?', choices }],
  ],
  [
    'blank text with several files',
    { text: ' ', attachments: [photo, pdf] },
    [{ attachments: [photo] }, { attachments: [pdf] }],
  ],
])('%s', (_, content, parts) => {
  expect(expand(content)).toEqual(parts);
});

test('a long text ends with the buttons and begins with the answer', () => {
  const parts = expand({ text: 'word '.repeat(2_000), choices, replyTo });
  expect(parts.map(({ choices: buttons, replyTo: answered }) => [buttons, answered])).toEqual([
    [undefined, replyTo],
    [undefined, undefined],
    [choices, undefined],
  ]);
});

test('whatever is sent: every file once and in order, every word, and parts Telegram takes', () => {
  const attachments = fc.array(fc.constantFrom(photo, video, pdf, song, voice, huge), { maxLength: 25 });
  const text = fc.constantFrom('Hi', long, 'word '.repeat(1_000));
  fc.assert(
    fc.property(attachments, text, fc.boolean(), (files, said, hasChoices) => {
      const parts = expand({ text: said, attachments: files, ...(hasChoices && { choices }) });
      expect(parts.flatMap((part) => part.attachments ?? [])).toEqual(files);
      expect(
        parts
          .map((part) => part.text ?? '')
          .join('')
          .replace(/\s/g, ''),
      ).toBe(said.replace(/\s/g, ''));
      expect(parts.map(refusal).filter(Boolean)).toEqual([]);
      expect(parts.filter((part) => part.choices)).toEqual(hasChoices ? parts.slice(-1) : []);
    }),
  );
});

test.each<[string, MessageContent]>([
  ['empty_message', {}],
  ['empty_message', { text: ' \n' }],
  ['choices_without_text', { choices }],
  ['text_too_long', { text: 'x'.repeat(4_097) }],
  ['caption_too_long', { text: 'x'.repeat(1_025), attachments: [photo] }],
  ['attachment_not_supported', { attachments: [{ type: 'sticker' }] }],
  ['attachment_not_supported', { text: 'x', attachments: [{ type: 'location' }] }],
  ['file_empty', { attachments: [{ ...pdf, size: 0 }] }],
  ['file_too_large', { attachments: [{ ...pdf, size: 50 * 1024 * 1024 + 1 }] }],
  ['choices_on_album', { attachments: [photo, photo], choices }],
  ['too_many_choices', { text: 'x', choices: Array.from({ length: 101 }, () => ({ title: 'y' })) }],
  ['choice_without_title', { text: 'x', choices: [{ title: ' ', payload: 'y' }] }],
  ['choice_payload_too_long', { text: 'x', choices: [{ title: 'y', payload: 'ї'.repeat(33) }] }],
  ['choice_payload_too_long', { text: 'x', choices: [{ title: 'y'.repeat(65) }] }],
  ['choice_url_invalid', { text: 'x', choices: [{ title: 'y', url: 'javascript:alert(1)' }] }],
])('%s is refused before it is sent', (code, content) => {
  expect(refusal(content)).toEqual({ code, sentence: expect.stringMatching(/^[\p{L}"].*\.$/u) as string });
});

test.each<[string, MessageContent]>([
  ['4096 characters', { text: 'x'.repeat(4_096) }],
  [
    '64 bytes in a button, 100 buttons',
    { text: 'x', choices: Array.from({ length: 100 }, () => ({ title: 'ї'.repeat(32) })) },
  ],
  ['50 MB', { attachments: [{ ...pdf, size: 50 * 1024 * 1024 }] }],
  ['buttons under a picture without text', { attachments: [photo], choices }],
])('%s may be sent', (_, content) => {
  expect(refusal(content)).toBeUndefined();
});
