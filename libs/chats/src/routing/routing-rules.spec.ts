import type { FreeAgent } from './routing-rule.js';
import { routingRules } from './routing-rules.js';

const anAgent = (id: string, has: Partial<FreeAgent> = {}): FreeAgent => ({
  id,
  openChats: 0,
  offeredChats: 0,
  lastAcceptAt: null,
  lastOfferAt: null,
  ...has,
});

const NOON = Date.UTC(2026, 0, 5, 12) * 1000;

describe('least_busy', () => {
  const order = (...agents: FreeAgent[]) => routingRules.least_busy.rank(agents).map(({ id }) => id);

  it('asks who holds fewest chats first, and weighs offered ones like open ones', () => {
    const [anna, ben, cleo] = [
      anAgent('anna', { openChats: 2 }),
      anAgent('ben', { openChats: 1, offeredChats: 2 }),
      anAgent('cleo', { openChats: 1 }),
    ];
    expect(order(anna, ben, cleo)).toEqual(['cleo', 'anna', 'ben']);
  });

  it('asks of equals who accepted longest ago, before all who never did, then by id', () => {
    const [anna, ben] = [anAgent('anna', { lastAcceptAt: NOON }), anAgent('ben', { lastAcceptAt: NOON - 1 })];
    expect(order(anna, ben, anAgent('dora'), anAgent('cleo'))).toEqual(['cleo', 'dora', 'ben', 'anna']);
  });

  it('says why', () => {
    expect(routingRules.least_busy.rank([anAgent('anna', { openChats: 1, offeredChats: 2 }), anAgent('ben')])).toEqual([
      { id: 'ben', reason: 'holds 0 chats' },
      { id: 'anna', reason: 'holds 1 chat and is offered 2' },
    ]);
  });
});

describe('round_robin', () => {
  it('asks in turn, who was never asked first, whatever they hold', () => {
    const agents = [
      anAgent('anna', { lastOfferAt: NOON + 1 }),
      anAgent('ben', { lastOfferAt: NOON, openChats: 4 }),
      anAgent('cleo', { openChats: 2 }),
    ];
    expect(routingRules.round_robin.rank(agents)).toEqual([
      { id: 'cleo', reason: 'was never asked in this queue' },
      { id: 'ben', reason: 'was last asked at 2026-01-05T12:00:00.000Z' },
      { id: 'anna', reason: 'was last asked at 2026-01-05T12:00:00.000Z' },
    ]);
  });
});

it('a rule leaves the agents it was given as they were', () => {
  const agents = Object.freeze([anAgent('ben'), anAgent('anna')]);
  for (const rule of [routingRules.least_busy, routingRules.round_robin]) expect(rule.rank(agents)).toHaveLength(2);
});
