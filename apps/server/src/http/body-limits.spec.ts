import { problemIn } from './body-limits.js';

function nested(depth: number): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < depth; level++) value = { a: value };
  return value;
}

it('lets ordinary bodies and raw bytes pass', () => {
  for (const body of [undefined, null, 7, 'text', { a: [{ b: 'c' }] }, Buffer.from('\0'), '👍', nested(32)]) {
    expect(problemIn(body)).toBeUndefined();
  }
});

it('points at a text PostgreSQL cannot hold', () => {
  expect(problemIn({ a: [{ 'b/c': 'x\0' }] })?.pointers[0]?.pointer).toBe('#/a/0/b~1c');
  expect(problemIn({ a: '\ud83d' })?.pointers[0]?.pointer).toBe('#/a');
  expect(problemIn({ '\0': 1 })?.statusCode).toBe(422);
});

it('refuses nesting that would exhaust the stack', () => {
  expect(problemIn(nested(33))).toMatchObject({ statusCode: 400, code: 'too_deep' });
  expect(problemIn(nested(100_000))).toMatchObject({ code: 'too_deep' });
});

it('refuses more values than any request has, members and elements of all levels together', () => {
  const members = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]));
  expect(problemIn(members(5_000))).toBeUndefined();
  expect(problemIn(members(5_001))).toMatchObject({ statusCode: 400, code: 'too_many_values' });
  expect(problemIn({ a: Array(2_500).fill(1), b: { c: Array(2_500).fill({}) } })).toMatchObject({
    code: 'too_many_values',
  });
});

it('refuses a list in a list, and says where it is', () => {
  expect(problemIn({ a: [{}, [[]]] })).toMatchObject({ statusCode: 422, pointers: [{ pointer: '#/a/1' }] });
});
