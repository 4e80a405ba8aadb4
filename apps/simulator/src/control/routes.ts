import type { Behaviour } from '../behaviour.js';
import { matches } from '../faults/rules.js';
import { Fields } from '../http/fields.js';
import { WaitTimeout, type ReceivedCall, type SentEvent } from '../ledger.js';
import { fullName } from '../people.js';
import type { Simulation } from '../simulation.js';
import { ControlError } from './control-error.js';
import { CUSTOMER_ROUTES, type Route } from './customer-routes.js';
import { bubbleView } from './bubble-view.js';
import { PAGE_ROUTES } from './page-routes.js';
import * as read from './read-body.js';

/** The control API: the methods of the simulation, by verb and path under `/_sim`. */
export const ROUTES: Readonly<Record<string, Route>> = {
  ...CUSTOMER_ROUTES,
  ...PAGE_ROUTES,
  'POST /bots': (sim, body) =>
    sim.createBot({ token: body.text('token'), name: body.text('name'), username: body.text('username') }),
  'POST /apps': (sim, body) =>
    sim.createApp({
      id: body.text('id'),
      name: body.text('name'),
      secret: body.text('secret'),
      requireProof: body.flag('requireProof'),
    }),
  'POST /pages': (sim, body) =>
    sim.createPage({ id: body.text('id'), name: body.text('name'), token: body.text('token'), app: body.text('app') }),
  'POST /numbers': (sim, body) =>
    sim.createNumber({
      id: body.text('id'),
      accountId: body.text('accountId'),
      name: body.text('name'),
      display: body.text('display'),
      token: body.text('token'),
      app: body.text('app'),
    }),
  'POST /instagram-apps': (sim, body) => sim.createInstagramApp({ id: body.text('id'), secret: body.text('secret') }),
  'POST /instagram-accounts': (sim, body) =>
    sim.createInstagramAccount({
      id: body.text('id'),
      name: body.text('name'),
      username: body.text('username'),
      token: body.text('token'),
      app: body.text('app'),
    }),
  'POST /instagram-decisions': (sim, body) => {
    const decision = { declined: read.stringsOf(body, 'declined'), cancel: body.flag('cancel') };
    return {
      location: sim.instagram.decide(read.needed(body, 'url'), { ...decision, account: read.needed(body, 'account') }),
    };
  },
  'POST /instagram-changes': (sim, body) =>
    sim.instagram.change({
      account: read.needed(body, 'account'),
      issuedAt: body.number('issuedAt'),
      expiresAt: body.number('expiresAt'),
      isPrivate: body.flag('isPrivate'),
    }),
  'POST /instagram-callback': (sim, body) => {
    const [app, url] = [read.needed(body, 'app'), read.needed(body, 'url')];
    return sim.instagram.setCallback({ app, url, verifyToken: body.text('verifyToken') ?? '' });
  },
  'POST /viber-bots': (sim, body) =>
    sim.createViberBot({ id: body.text('id'), token: body.text('token'), name: body.text('name') }),
  'POST /failures': (sim, body) => {
    const [account, person] = [read.needed(body, 'account'), read.needed(body, 'person')];
    return sim.messageFails({ account, person, messageId: body.text('messageId'), desc: body.text('desc') });
  },
  'POST /official-accounts': (sim, body) =>
    sim.createOfficialAccount({
      id: body.text('id'),
      name: body.text('name'),
      token: body.text('token'),
      secret: body.text('secret'),
      quota: body.number('quota'),
    }),
  'POST /official-account-changes': (sim, body) => sim.changeOfficialAccount(read.officialAccountChangeOf(body)),
  'POST /app-messages': (sim, body) => {
    const [account, person] = [read.needed(body, 'account'), read.needed(body, 'person')];
    return sim.colleagueWrites({ account, person, text: read.needed(body, 'text'), at: body.number('at') });
  },
  'POST /people': (sim, body) =>
    sim.createPerson({
      id: body.text('id'),
      name: read.needed(body, 'name'),
      username: body.text('username'),
      telegramId: body.number('telegramId'),
    }),
  'POST /callback': async (sim, body) => {
    const fields = read.stringsOf(body, 'fields');
    const [app, url] = [read.needed(body, 'app'), read.needed(body, 'url')];
    await sim.setCallback({ app, url, verifyToken: body.text('verifyToken') ?? '', fields });
  },
  'POST /sign-in-codes': (sim, body) => {
    const [app, redirectUri] = [read.needed(body, 'app'), read.needed(body, 'redirectUri')];
    return { code: sim.signInCode({ app, redirectUri, pages: read.stringsOf(body, 'pages') }) };
  },
  'POST /updates': (sim, body) => {
    const content = body.object('content')?.values ?? {};
    const account = read.needed(body, 'account');
    return sim.sendUpdate({ account, content, updateId: body.number('updateId'), person: body.text('person') });
  },
  'POST /raw': (sim, body) => sim.sendRaw(read.rawOf(body)),
  'POST /redeliveries': (sim, body) => {
    const event = sim.ledger.events.find(({ n }) => n === body.number('event'));
    if (!event) throw new ControlError(404, 'There is no such event in the ledger');
    return sim.redeliver(event, body.number('times'));
  },
  'POST /batches': (sim, body) => ({ data: inOneCall(sim, read.recordsOf(body, 'calls')) }),
  'POST /behaviour': (sim, body) => {
    const unknown = Object.keys(body.values).find((name) => !(name in sim.world.behaviour));
    if (unknown) throw new ControlError(400, `There is no behaviour "${unknown}"`);
    const change = Object.entries(body.values).map(([name, value]) => [name, value ?? undefined]);
    sim.behave(Object.fromEntries(change) as Partial<Behaviour>);
    return sim.world.behaviour;
  },
  'GET /behaviour': (sim) => sim.world.behaviour,
  'POST /expired-media': (sim, body) => sim.expireMedia(read.needed(body, 'account')),
  'GET /waits': (sim, match) => ({ data: sim.waits(match.values) }),
  'POST /faults/calls': (sim, body) => sim.failCall(read.callFaultOf(body)),
  'POST /faults/webhooks': (sim, body) => sim.failWebhook(read.webhookFaultOf(body)),
  'DELETE /faults': (sim) => sim.clearFaults(),
  'POST /revocations': (sim, body) => {
    const [messenger, account] = [read.messengerOf(body), read.needed(body, 'account')];
    sim.revokeToken({ messenger, account, subcode: body.number('subcode') });
  },
  'POST /reset': (sim) => sim.reset(),
  'GET /events': (sim, filter) => ({ data: entries(sim, 'events', filter) }),
  'GET /calls': (sim, filter) => ({ data: entries(sim, 'calls', filter) }),
  'GET /counts': (sim) => counts(sim),
  'POST /wait': (sim, body) => wait(sim, body),
  'GET /accounts': (sim) => ({
    accounts: [
      ...sim.world.bots
        .all()
        .map(({ id, name, username }) => ({ messenger: 'telegram', id, name, handle: `@${username}` })),
      ...sim.world.meta
        .allPages()
        .map(({ id, name }) => ({ messenger: 'facebook', id, name, handle: 'Facebook Page' })),
      ...sim.world.numbers
        .all()
        .map(({ id, name, display }) => ({ messenger: 'whatsapp', id, name, handle: `+${display}` })),
      ...sim.world.instagram
        .all()
        .map(({ id, name, username }) => ({ messenger: 'instagram', id, name, handle: `@${username}` })),
      ...sim.world.viberBots.all().map(({ id, name }) => ({ messenger: 'viber', id, name, handle: 'Viber bot' })),
      ...sim.world.officialAccounts
        .all()
        .map(({ id, name }) => ({ messenger: 'line', id, name, handle: 'LINE official account' })),
    ],
    people: sim.world.people.all().map((person) => ({ id: person.id, name: fullName(person) })),
  }),
  'GET /conversation': (sim, query) => {
    const who = read.speakingOf(query);
    return { data: sim.conversation(who).map(bubbleView), phone: sim.phone(who) };
  },
};

/** Other calls of the control API, e.g. `{ path: "/messages", body: { … } }`: what they make a Page's app hear goes in one webhook call. */
function inOneCall(sim: Simulation, calls: readonly Fields[]): unknown[] {
  const routes = calls.map((call) => {
    const path = read.needed(call, 'path');
    const route = { ...CUSTOMER_ROUTES, ...PAGE_ROUTES }[`POST ${path}`];
    if (!route) throw new ControlError(400, `"${path}" cannot be part of a batch`);
    return () => route(sim, call.object('body') ?? new Fields({}));
  });
  return sim.inOneCall(() => routes.map((route) => route()));
}

/** Newest `limit` (default 1000) entries that match the other parameters, oldest first; `after`: only later ones. */
function entries(sim: Simulation, of: 'events' | 'calls', fields: Fields): (SentEvent | ReceivedCall)[] {
  const { limit: _limit, after: _after, ...match } = fields.values;
  const after = fields.number('after') ?? 0;
  const all: readonly (SentEvent | ReceivedCall)[] = sim.ledger[of];
  return all.filter((entry) => entry.n > after && matches(entry, match)).slice(-(fields.number('limit') ?? 1_000));
}

function counts(sim: Simulation): Record<string, Record<string, number>> {
  const count = (names: string[]) => {
    const result: Record<string, number> = {};
    for (const name of names) result[name] = (result[name] ?? 0) + 1;
    return result;
  };
  return {
    events: count(sim.ledger.events.map(({ state }) => state)),
    calls: count(sim.ledger.calls.map(({ method }) => method)),
  };
}

async function wait(sim: Simulation, fields: Fields): Promise<unknown> {
  const of = read.needed(fields, 'of');
  if (of !== 'events' && of !== 'calls') throw new ControlError(400, '"of" is events or calls');
  const match = fields.object('match')?.values;
  const wanted = fields.number('count') ?? 1;
  const enough = () => {
    const found = [...sim.ledger[of]].filter((entry) => matches(entry, match));
    return found.length >= wanted && { data: found };
  };
  try {
    return await sim.waitFor(enough, fields.number('timeoutMs') ?? 10_000, `${wanted} such ${of}`);
  } catch (error) {
    if (error instanceof WaitTimeout) throw new ControlError(408, error.message);
    throw error;
  }
}
