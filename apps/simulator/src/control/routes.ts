import type { Bubble } from '../conversations.js';
import { matches } from '../faults/rules.js';
import type { Fields } from '../http/fields.js';
import { WaitTimeout, type ReceivedCall, type SentEvent } from '../ledger.js';
import { fullName } from '../people.js';
import type { Simulation } from '../simulation.js';
import { ControlError } from './control-error.js';
import * as read from './read-body.js';

type Route = (simulation: Simulation, fields: Fields) => unknown;

/** The control API: the methods of the simulation, by verb and path under `/_sim`. */
export const ROUTES: Readonly<Record<string, Route>> = {
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
  'POST /acquaintances': (sim, body) => sim.acquaint({ ...read.speakingOf(body), at: body.number('at') }),
  'POST /messages': (sim, body) => sim.customerWrites(read.writingOf(body)),
  'POST /presses': (sim, body) => sim.customerPresses(read.pressingOf(body)),
  'POST /files': (sim, body) => sim.customerSendsFile(read.fileOf(body)),
  'POST /blocks': (sim, body) => sim.customerBlocks(read.speakingOf(body)),
  'POST /reads': (sim, body) => sim.customerReads(read.speakingOf(body)),
  'POST /updates': (sim, body) => {
    const content = body.object('content')?.values ?? {};
    const account = read.needed(body, 'account');
    return sim.sendUpdate({ account, content, updateId: body.number('updateId'), person: body.text('person') });
  },
  'POST /page-events': (sim, body) => {
    const messaging = (body.list('messaging') ?? []).filter((item) => typeof item === 'object' && item !== null);
    return sim.sendPageEvents({
      account: read.needed(body, 'account'),
      messaging: messaging.map((item) => ({ ...item })),
    });
  },
  'POST /raw': (sim, body) => sim.sendRaw(read.rawOf(body)),
  'POST /redeliveries': (sim, body) => {
    const event = sim.ledger.events.find(({ n }) => n === body.number('event'));
    if (!event) throw new ControlError(404, 'There is no such event in the ledger');
    return sim.redeliver(event, body.number('times'));
  },
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
    ],
    people: sim.world.people.all().map((person) => ({ id: person.id, name: fullName(person) })),
  }),
  'GET /conversation': (sim, query) => ({ data: sim.conversation(read.speakingOf(query)).map(bubbleView) }),
};

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

function bubbleView({ event, ...bubble }: Bubble): unknown {
  if (!event) return bubble;
  const last = event.attempts.at(-1);
  const problem = event.state === 'pending' && last ? (last.status ?? last.error) : undefined;
  return { ...bubble, state: event.state, attempts: event.attempts.length, ...(problem !== undefined && { problem }) };
}
