import { faultOf, NotAskedError } from './http-errors.js';

const SECRET = 'canary-51';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test('a fault is told by its name and where it is, never by its words: they may quote an address', () => {
  function identify() {
    return new URL(`/bot${SECRET}/getMe`);
  }
  const fault = faultOf(thrownBy(identify));
  expect(fault).toMatch(/^TypeError at .*identify.*http-errors\.spec/);
  expect(fault).not.toContain(SECRET);
});

test('of a message that looks like a place nothing is told either', () => {
  const error = new Error(`no\n    at ${SECRET} (file:///x.js:1:1)`);
  expect(faultOf(error)).not.toContain(SECRET);
});

test('a network that was not asked is told by its code', () => {
  expect(faultOf(new NotAskedError('ECONNREFUSED', `Could not reach ${SECRET}`))).toBe('NotAskedError (ECONNREFUSED)');
  expect(faultOf(SECRET)).toBe('string');
});
