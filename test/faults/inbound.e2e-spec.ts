import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { aCustomer, anOpenChat, ledgerOf, openDesk, outcomesOf } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import type { House } from '../support/house.js';
import { rounds, withSlack } from '../support/rounds.js';
import { META_APP } from '../support/server.js';
import { PAGE, type TeamMessenger } from '../support/team.js';
import { all, chatsOf, messagesOf } from '../support/views.js';

/** Real: the built server, PostgreSQL, sockets. Simulated: the messengers. */
let house: House;

beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterAll(() => house?.close());

const admin = () => house.team.admin;
const aChat = (messenger: TeamMessenger) => anOpenChat(house, aCustomer(house, messenger));

function pageItem(sender: unknown, message: unknown, more: object = {}): object {
  return { sender: { id: sender }, recipient: { id: PAGE }, timestamp: Date.now(), message, ...more };
}

const pageCall = (...messaging: unknown[]) =>
  JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging }] });

const raw = async (messenger: TeamMessenger, body: string | Buffer) =>
  (await house.simulator.sendRaw({ messenger, account: house.team.accounts[messenger], body })).status;

it('a call of 1000 events with a bad one in the middle stores 999 and shows the other', async () => {
  const run = randomUUID();
  const channelId = house.team.channels.facebook;
  for (const bad of [
    pageItem('1', { text: 'no id' }),
    'no object',
    pageItem(null, { mid: `m_${run}`, text: 'by nobody' }),
  ]) {
    const items = Array.from({ length: 1000 }, (_, n) =>
      n === 500 ? bad : pageItem(`5${n % 50}`, { mid: `m_${randomUUID()}`, text: `${run} ${n}` }),
    );
    const outcomes = await outcomesOf(house, channelId, async () => {
      expect(await raw('facebook', pageCall(...items))).toBe(200);
    });
    expect(outcomes).toMatchObject({ received: 1000, stored: 999, duplicate: 0 });
    expect(outcomes.quarantined + outcomes.ignored).toBe(1);
  }
  const quarantine = await all<{ reason: string }>(admin(), `/v1/channels/${channelId}/quarantine`);
  expect(quarantine.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining(['message_without_id', 'not_an_object']),
  );
}, 60_000);

const deep = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** JSON text to stand where a customer's text, name, id or time stands. */
const POISON: readonly [what: string, json: string][] = [
  ['NUL', '"a\\u0000b"'],
  ['a lone high surrogate', '"a\\ud800"'],
  ['a lone low surrogate', '"\\udc00b"'],
  ['nesting of 10,000', deep(10_000)],
  ['a number above 2^53', '9007199254740993'],
  ['a number beyond all', '1e400'],
  ['a negative number', '-1'],
  ['__proto__', '{"__proto__":{"text":"x"},"constructor":{"prototype":1}}'],
  ['1 MB', `"${'x'.repeat(1_000_000)}"`],
  ['an object', '{}'],
  ['a list', '[[],{},null]'],
  ['null', 'null'],
  ['a boolean', 'true'],
  ['an empty text', '""'],
];

const MEMBERS: Readonly<Record<TeamMessenger, (poison: string, n: number) => string[]>> = {
  facebook: (poison, n) => {
    const item = (sender: string, time: string, mid: string, text: string) =>
      `{"object":"page","entry":[{"id":"${PAGE}","time":1,"messaging":[{"sender":{"id":${sender}},"recipient":{"id":"${PAGE}"},"timestamp":${time},"message":{"mid":${mid},"text":${text},"attachments":${poison}}}]}]}`;
    return [
      item(poison, '1', `"m_a${n}"`, '"x"'),
      item('"6600"', poison, `"m_b${n}"`, '"x"'),
      item('"6600"', '1', poison, '"x"'),
      item('"6600"', '1', `"m_c${n}"`, poison),
    ];
  },
  telegram: (poison, n) => {
    const update = (id: string, person: string, name: string, date: string, text: string) =>
      `{"update_id":${id},"message":{"message_id":${n},"from":{"id":${person},"first_name":${name}},"chat":{"id":${person},"type":"private"},"date":${date},"text":${text},"photo":${poison}}}`;
    return [
      update(poison, '66', '"A"', '1', '"x"'),
      update(`${n}`, poison, '"A"', '1', '"x"'),
      update(`${n}`, '67', poison, '1', '"x"'),
      update(`${n}`, '68', '"A"', poison, '"x"'),
      update(`${n}`, '69', '"A"', '1', poison),
    ];
  },
};

it.each<TeamMessenger>(['facebook', 'telegram'])(
  '%s: poison is never answered 5xx and stops nothing',
  async (messenger) => {
    const statuses = new Map<string, (number | undefined)[]>();
    for (const [n, [what, json]] of POISON.entries()) {
      const bodies = MEMBERS[messenger](json, n + 1);
      statuses.set(what, await Promise.all(bodies.map((body) => raw(messenger, body))));
    }
    const invalid = Buffer.concat([
      Buffer.from(MEMBERS[messenger]('"x', 99)[3]!.slice(0, -6)),
      Buffer.from([0xff, 0xfe, 0xc3]),
    ]);
    statuses.set('invalid UTF-8', [await raw(messenger, invalid), await raw(messenger, deep(10_000))]);
    expect([...statuses].filter(([, answers]) => answers.some((status) => status !== 200))).toEqual([]);
    const chat = await aChat(messenger);
    await chat.sent('Still here');
    const { received, ...outcomes } = await ledgerOf(house, house.team.channels[messenger]);
    const { stored, duplicate, ignored, refused, quarantined } = outcomes;
    expect(stored + duplicate + ignored + refused + quarantined).toBe(received);
    for (const { id } of await chatsOf(admin(), 'all')) {
      const messages = await messagesOf(admin(), id);
      expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
      for (const { sentAt } of messages) expect(Math.abs(Date.parse(sentAt))).not.toBeNaN();
    }
  },
  60_000,
);

it('people whose ids differ beyond 2^53 are two people', async () => {
  const before = (await chatsOf(admin(), 'all')).length;
  const run = randomUUID();
  for (const id of ['90071992547409931', '90071992547409932', '"90071992547409933"', '"90071992547409934"']) {
    const item = JSON.stringify(pageItem(0, { mid: `m_${run}_${id}`, text: 'Hello' })).replace('"id":0', `"id":${id}`);
    expect(await raw('facebook', `{"object":"page","entry":[{"id":"${PAGE}","messaging":[${item}]}]}`)).toBe(200);
  }
  expect(await chatsOf(admin(), 'all')).toHaveLength(before + 4);
});

it('while one channel is flooded, another receives and answers within bounds', async () => {
  const chat = await aChat('facebook');
  const url = house.simulator.world.bots.require(house.team.accounts.telegram).webhook!;
  const headers = { 'x-telegram-bot-api-secret-token': url.secret!, 'content-type': 'application/json' };
  const statuses = new Map<number, number>();
  const flood = { on: true, count: 0 };
  const loop = async () => {
    while (flood.on) {
      const id = (flood.count += 1);
      const person = { id: 7_000_000 + (id % 100), first_name: 'Flood' };
      const message = {
        message_id: id,
        from: person,
        chat: { ...person, type: 'private' },
        date: 1791777434,
        text: `${id}`,
      };
      const { status } = await fetch(url.url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ update_id: id, message }),
      });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const loops = Array.from({ length: 32 }, loop);
  const times: number[] = [];
  try {
    await eventually(() => flood.count > 200);
    for (let n = 0; n < rounds(8, 200); n++) {
      const started = performance.now();
      house.simulator.customerWrites({ ...chat.who, text: `Ask ${n}` });
      await house.simulator.settled();
      await chat.send(`Answer ${n}`);
      await house.simulator.waitFor((one) => one.received(chat.who).includes(`Answer ${n}`));
      times.push(performance.now() - started);
    }
  } finally {
    flood.on = false;
    await Promise.all(loops);
  }
  expect([...statuses.keys()]).toEqual([200]);
  // Facebook takes 5 a second to one person; the rest is ours.
  expect(Math.max(...times)).toBeLessThan(withSlack(2_700));
}, 600_000);

it('bodies that stop halfway keep nobody waiting, one that is too large is refused, and neither leaves a trace', async () => {
  const channelId = house.team.channels.facebook;
  const { webhookUrl } = await admin().read<{ webhookUrl: string }>(`/v1/channels/${channelId}`);
  const { port, pathname } = new URL(webhookUrl);
  const begin = (part: Buffer) => {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.write(`POST ${pathname} HTTP/1.1\r\nHost: x\r\nContent-Length: 6000000\r\n\r\n`);
    socket.write(part);
    return socket;
  };
  const outcomes = await outcomesOf(house, channelId, async () => {
    const halves = Array.from({ length: 60 }, () => begin(Buffer.alloc(10_000, '[')));
    const started = performance.now();
    const [answer] = (await once(begin(Buffer.alloc(5 * 1024 * 1024 + 1, '[')), 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 .*connection: close.*"code":"too_large"/s);
    expect(await raw('facebook', pageCall(pageItem('5', { mid: `m_${randomUUID()}`, text: 'In between' })))).toBe(200);
    expect(performance.now() - started).toBeLessThan(withSlack(1_000));
    for (const half of halves) half.destroy();
  });
  expect(outcomes).toMatchObject({ received: 1, stored: 1 });
});

it('a body signed with another secret of the right form is refused, whatever it holds', async () => {
  const { webhookUrl } = await admin().read<{ webhookUrl: string }>(`/v1/channels/${house.team.channels.facebook}`);
  const body = deep(10_000);
  const signature = createHmac('sha256', `${META_APP.secret}x`).update(body).digest('hex');
  const headers = { 'x-hub-signature-256': `sha256=${signature}` };
  expect((await fetch(webhookUrl, { method: 'POST', body, headers })).status).toBe(401);
});
