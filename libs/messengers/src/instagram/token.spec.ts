import { givenToken, renewedToken } from './token.js';

const [BEFORE, NOW] = [new Date('2026-11-02T10:00:00Z'), new Date('2026-11-22T10:00:00Z')];
const kept = { accessToken: 'IGAAfirst', tokenSince: BEFORE.toISOString(), tokenEndsAt: '2026-12-30T10:00:00.000Z' };
const fresh = (token: string) => ({ kind: 'ok', token, permissions: undefined, lifeMs: 60_000 }) as const;

test('a token that is given again is as old as it was', () => {
  expect(givenToken('IGAAfirst', kept, NOW)).toEqual(kept);
  expect(givenToken('IGAAother', kept, NOW)).toEqual({ accessToken: 'IGAAother', tokenSince: NOW.toISOString() });
  expect(givenToken('IGAAfirst', undefined, NOW)).toEqual({ accessToken: 'IGAAfirst', tokenSince: NOW.toISOString() });
});

test('so is one that was renewed meanwhile, however often, of which nobody knows the end', () => {
  const once = renewedToken(kept, fresh('IGAAsecond'), NOW);
  const twice = renewedToken(once, fresh('IGAAthird'), new Date(NOW.getTime() + 1));
  expect(JSON.stringify(twice)).not.toContain('IGAAfirst');
  for (const known of [once, twice]) {
    expect(givenToken('IGAAfirst', known, NOW)).toEqual({ accessToken: 'IGAAfirst', tokenSince: BEFORE.toISOString() });
  }
  expect(givenToken('IGAAthird', twice, NOW)).toMatchObject({
    accessToken: 'IGAAthird',
    tokenSince: twice['tokenSince'],
  });
});
