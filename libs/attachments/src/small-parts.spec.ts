import { randomBytes } from 'node:crypto';
import { KeyRing, newId } from '#database';
import { byteRange } from './byte-range.js';
import { bytesInWords } from './bytes-in-words.js';
import { claimedType, contentDisposition, fileName } from './file-name.js';
import { SignedLinks } from './signed-links.js';
import { attachmentTypeOf, isShownInline, sniffed } from './sniff.js';

test.each([
  ['bytes=0-4', { from: 0, to: 4 }],
  ['bytes=5-', { from: 5, to: 9 }],
  ['bytes=5-999', { from: 5, to: 9 }],
  ['bytes=-3', { from: 7, to: 9 }],
  ['bytes=-30', { from: 0, to: 9 }],
  ['bytes=10-', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=4-2', undefined],
  ['bytes=0-1,3-4', undefined],
  ['bytes=-', undefined],
  ['lines=0-1', undefined],
  [undefined, undefined],
])('of ten bytes, %s is %j', (header, range) => {
  expect(byteRange(header, 10)).toEqual(range);
});

test.each([
  ['invoice.pdf', 'invoice.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['C:\\Users\\a\\b.txt', 'b.txt'],
  ['.htaccess', 'htaccess'],
  ['photo\u202Egpj.exe', 'photogpj.exe'],
  ['a\r\nset-cookie: x', 'aset-cookie_ x'],
  ['a"b\0\ud800.png', 'a_b\ufffd.png'],
  ['..', undefined],
  ['', undefined],
  [undefined, undefined],
])('the name %j becomes %j', (given, name) => {
  expect(fileName(given)).toBe(name);
});

test('a long name keeps its end', () => {
  const name = fileName(`${'ü'.repeat(500)}.docx`) ?? '';
  expect([name.length, name.endsWith('ü.docx')]).toEqual([200, true]);
});

test('a name in a header is one value of it', () => {
  expect(contentDisposition('attachment', `a"b\\'ü%.png`)).toBe(
    `attachment; filename="a_b_'___.png"`.replace('___', '__') + `; filename*=UTF-8''a%22b%5C%27%C3%BC%25.png`,
  );
});

test('only what looks like a mime type is one', () => {
  expect([claimedType('Image/PNG; charset=x'), claimedType('text/html\r\nx: y'), claimedType('nonsense')]).toEqual([
    'image/png',
    undefined,
    undefined,
  ]);
});

test('a link is the same within its window, holds at least 15 minutes, and not for an hour', () => {
  const keys = new KeyRing([randomBytes(32).toString('base64')]);
  const [links, id, now] = [new SignedLinks(keys), newId(), 1_764_000_000_000];
  const link = links.pathOf(id, now);
  const { expires, signature } = Object.fromEntries(new URL(link, 'http://x').searchParams);
  const minutes = (count: number) => now + count * 60_000;
  expect([links.pathOf(id, now + 1), links.pathOf(id, minutes(16)) === link]).toEqual([link, false]);
  expect(links.isValid(id, { expires, signature }, minutes(15))).toBe(true);
  expect(links.isValid(id, { expires, signature }, minutes(31))).toBe(false);
  expect(links.isValid(newId(), { expires, signature }, now)).toBe(false);
  expect(links.isValid(id, { expires: `0${expires}`, signature: '' }, now)).toBe(false);
  const others = new SignedLinks(new KeyRing([randomBytes(32).toString('base64')]));
  expect(others.isValid(id, { expires, signature }, now)).toBe(false);
});

test('only what was proved by its bytes, and runs nothing, is shown inline', async () => {
  expect(isShownInline({ mimeType: 'image/png', sniffed: true })).toBe(true);
  expect(isShownInline({ mimeType: 'image/png', sniffed: false })).toBe(false);
  for (const mimeType of ['image/svg+xml', 'text/html', 'application/xml', 'application/zip', null])
    expect(isShownInline({ mimeType, sniffed: true })).toBe(false);
  expect(await sniffed(Buffer.from('<html>'))).toBeUndefined();
  expect(await sniffed(Buffer.from('%PDF-1.7\n'))).toBe('application/pdf');
  expect(await sniffed(Buffer.alloc(0))).toBeUndefined();
});

test.each([
  ['image/webp', 'image'],
  ['image/avif', 'file'],
  ['video/mp4', 'video'],
  ['audio/ogg', 'audio'],
  ['application/pdf', 'file'],
  [undefined, 'file'],
])('%s is sent as %s', (mimeType, type) => {
  expect(attachmentTypeOf(mimeType)).toBe(type);
});

test('sizes in words', () => {
  expect([bytesInWords(10), bytesInWords(25 * 1024 * 1024), bytesInWords(2 ** 40)]).toEqual([
    '10 bytes',
    '25 MB',
    '1024 GB',
  ]);
});
