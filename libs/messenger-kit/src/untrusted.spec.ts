import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { parseJson } from './json.js';
import { boundedId, eventKey, fingerprint } from './keys.js';
import { isOneOfSecrets, isSignedByOneOf } from './proof.js';
import { cleanName, cleanText, splitText, splitTextByBytes } from './text.js';
import { at, idOf, textOf, timeOf } from './untrusted.js';

test('numbers beyond 2^53 keep their digits; texts that look like them keep theirs', () => {
  const body =
    '{"a":9007199254740993,"b":[-12345678901234567890, 1.5e3],"c":"x: 9007199254740993 \\" 9007199254740995","d":9007199254740991}';
  expect(parseJson(body)).toEqual({
    a: '9007199254740993',
    b: ['-12345678901234567890', 1500],
    c: 'x: 9007199254740993 " 9007199254740995',
    d: 9007199254740991,
  });
});

test('JSON without big numbers reads as JSON.parse reads it, with big numbers beside it too', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      fc.pre(!/\d{16}/.test(json));
      expect(parseJson(json)).toEqual(JSON.parse(json));
      expect(parseJson(`[9007199254740993,${json}]`)).toEqual(['9007199254740993', JSON.parse(json)]);
    }),
  );
});

test('arbitrary bytes parse to undefined or to something, never to an exception', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => void parseJson(Buffer.from(bytes))));
  expect(parseJson(Buffer.from('\ufeff{"a":1}'))).toEqual({ a: 1 });
});

test('only own properties are found', () => {
  const data = parseJson('{"__proto__":{"x":1},"a":{"b":2}}');
  expect(at(data, 'constructor')).toBeUndefined();
  expect(at(data, 'x')).toBeUndefined();
  expect(at(data, 'a', 'b')).toBe(2);
  expect(at(data, 'a', 'b', 'c')).toBeUndefined();
});

test.each([
  [17, '17'],
  ['m_1', 'm_1'],
  ['9007199254740993', '9007199254740993'],
  [2 ** 53, undefined],
  [1.5, undefined],
  ['', undefined],
  ['a\0b', undefined],
  ['\ud800', undefined],
  ['x'.repeat(501), undefined],
  [null, undefined],
  [{}, undefined],
])('idOf(%j) is %j', (value, id) => {
  expect(idOf(value)).toBe(id);
});

test.each([
  [1791777434, '2026-10-12T03:57:14.000Z'],
  ['1791777434', '2026-10-12T03:57:14.000Z'],
  [1791777434123, '2026-10-12T03:57:14.123Z'],
  ['2026-11-22T07:00:00+0000', '2026-11-22T07:00:00.000Z'],
  ['2026-11-22T07:00:00.5-05:30', '2026-11-22T12:30:00.500Z'],
  ['2026-11-22T07:00:00', undefined],
  [0, undefined],
  [-1, undefined],
  [1e300, undefined],
  [Number.NaN, undefined],
  ['yesterday', undefined],
  [null, undefined],
])('timeOf(%j) is %s', (value, time) => {
  expect(timeOf(value)?.toISOString()).toBe(time);
});

test('texts lose NUL and lone surrogates, nothing else', () => {
  expect(cleanText('a\0b\ud800c🙂')).toBe('ab\ufffdc🙂');
  expect(textOf('\0')).toBeUndefined();
  expect(cleanName(' Iryna ', undefined, 'Lys\n')).toBe('Iryna Lys');
  expect(cleanName('', '  ')).toBeUndefined();
});

test('different parts give different keys, bounded ones', () => {
  expect(eventKey('message', '1', '2')).toBe('message:1:2');
  expect(eventKey('a:b', 'c')).not.toBe(eventKey('a', 'b:c'));
  expect(eventKey('a%3Ab')).not.toBe(eventKey('a:b'));
  expect(boundedId('é'.repeat(251))).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(boundedId('é'.repeat(250))).toBe('é'.repeat(250));
});

test('a fingerprint depends on content alone', () => {
  expect(fingerprint({ a: 1, b: [2, '3'] })).toBe(fingerprint({ b: [2, '3'], a: 1 }));
  expect(fingerprint([1, [2]])).not.toBe(fingerprint([[1], 2]));
  expect(fingerprint('1')).not.toBe(fingerprint(1));
  expect(fingerprint({ a: 'b' })).not.toBe(fingerprint(['a', 'b']));
  let deep: unknown = 1;
  for (let depth = 0; depth < 10_000; depth++) deep = [deep];
  expect(fingerprint(deep)).toHaveLength(32);
});

test('splitting keeps every word, stays within the limit and never breaks a character', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '🙂', 'é', '👨‍👩‍👧', 'z\u0301', '한'), minLength: 1, maxLength: 30 });
  const text = fc.array(word, { minLength: 1 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 60 }), (said, max) => {
      const parts = splitText(said, max);
      expect(parts.join('').replaceAll(' ', '')).toBe(said.replaceAll(' ', ''));
      expect(parts.every((part) => part.length <= max && part.isWellFormed() && part.trim() !== '')).toBe(true);
      // A family emoji is one: parts never begin or end with its joiner.
      expect(parts.some((part) => /^[\u200d\u0301]|\u200d$/.test(part))).toBe(false);
    }),
  );
});

test('splitting by bytes keeps every word, and counts what each character takes in UTF-8', () => {
  const word = fc.string({ unit: fc.constantFrom('a', '🙂', 'é', 'ж', '한'), minLength: 1, maxLength: 30 });
  const text = fc.array(word, { minLength: 1 }).map((words) => words.join(' '));
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 60 }), (said, max) => {
      const parts = splitTextByBytes(said, max);
      expect(parts.join('').replaceAll(' ', '')).toBe(said.replaceAll(' ', ''));
      expect(parts.every((part) => Buffer.byteLength(part) <= max && part.isWellFormed())).toBe(true);
    }),
  );
  expect(splitTextByBytes('ж'.repeat(500), 1000)).toEqual(['ж'.repeat(500)]);
  expect(splitTextByBytes('да нет', 8)).toEqual(['да', 'нет']);
  expect(splitTextByBytes('🙂🙂🙂', 8)).toEqual(['🙂🙂', '🙂']);
});

test('splitting prefers line ends and spaces, and survives a grapheme without end', () => {
  expect(splitText('one two three', 8)).toEqual(['one two', 'three']);
  expect(splitText('one two\nthree four', 12)).toEqual(['one two', 'three four']);
  expect(splitText('short', 10)).toEqual(['short']);
  expect(splitText(`a${'\u0301'.repeat(50)}`, 20).every((part) => part.length <= 20)).toBe(true);
  expect(splitText(' '.repeat(30), 10)).toEqual([' '.repeat(10)]);
});

test('secrets match exactly, empty ones never', () => {
  expect(isOneOfSecrets('b', ['a', 'b'])).toBe(true);
  expect(isOneOfSecrets('', [''])).toBe(false);
  expect(isOneOfSecrets('a', [])).toBe(false);
  expect(isSignedByOneOf('0'.repeat(63), Buffer.from(''), ['a'])).toBe(false);
  expect(isSignedByOneOf(`${'0'.repeat(63)}x`, Buffer.from(''), ['a'])).toBe(false);
});

test('a signature is of the algorithm that was asked for, and of a whole digest', () => {
  const [data, signed] = [Buffer.from('data'), (algorithm: string) => createHmac(algorithm, 'key').update('data')];
  for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
    const signature = signed(algorithm).digest('hex');
    expect(isSignedByOneOf(signature, data, ['another', 'key'], algorithm)).toBe(true);
    expect(isSignedByOneOf(signature, data, ['another', ''], algorithm)).toBe(false);
    expect(isSignedByOneOf(signature.slice(2), data, ['key'], algorithm)).toBe(false);
    expect(isSignedByOneOf(signature, data, ['key'])).toBe(algorithm === 'sha256');
  }
});
