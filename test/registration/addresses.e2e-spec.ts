import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { aScriptedServer, type ScriptedServer } from '../../libs/messenger-kit/testing.js';
import { addressFieldsIn, type ApiDocument } from '../support/api-document.js';
import { aCustomer, anOpenChat, type OpenChat, openDesk } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import { aTrap, forbiddenAddresses } from '../support/forbidden-addresses.js';
import type { House } from '../support/house.js';
import { PAGE } from '../support/team.js';
import { all, chatsOf, messagesOf } from '../support/views.js';

/**
 * Addresses an admin, a program, a messenger, or somebody in between could give us: none of them makes this server call into
 * its own network, or send a sign-in elsewhere. Real: the built server, PostgreSQL, sockets. Simulated: the messengers.
 */
let house: House;
let trap: Awaited<ReturnType<typeof aTrap>>;
/** An origin the configuration allows, which leads on into the trap. */
let allowed: ScriptedServer;
let chat: OpenChat;
let channelId: string;
let corpus: string[];

beforeAll(async () => {
  trap = await aTrap();
  corpus = forbiddenAddresses(trap.port);
  allowed = await aScriptedServer(({ url }) => {
    const [target = ''] = corpus.slice(Number(url.split('/').at(-1)));
    return url.startsWith('/to/')
      ? { status: 307, body: '', headers: { location: Buffer.from(target).toString('latin1') } }
      : { status: 200, body: '{}' };
  });
  house = await openDesk({ env: { PARLEY_HTTP_ALLOWED_ORIGINS: allowed.url } });
  chat = await anOpenChat(house, aCustomer(house, 'facebook'));
  const order = { messenger: 'http', queueId: house.team.queueId, credentials: { url: `${allowed.url}/answers` } };
  channelId = (await house.team.admin.created<Made>('/v1/channels', order)).id;
}, 120_000);
afterAll(async () => {
  await house?.close();
  await allowed?.close();
  await trap?.close();
});

interface Made {
  readonly id: string;
}
interface Delivery {
  readonly type: string;
  readonly status: number | null;
  readonly error: string | null;
}
interface Tried {
  readonly run?: { readonly status: string; readonly code: string | null };
}

const admin = () => house.team.admin;
/** What `GuardedHttp` says of what it does not ask. */
const NOT_ASKED = ['blocked_address', 'bad_url', 'too_many_redirects'];
/** Names that some resolvers do not know: there they are looked up again later. */
const LATER = /crm\.localhost|localhost\./i;
const notAsked = (code: string | null | undefined, url: string) =>
  expect(LATER.test(url) ? [...NOT_ASKED, 'ENOTFOUND', 'EAI_AGAIN'] : NOT_ASKED).toContain(code);
/** Nobody but the address itself can be what was wrong. */
const isRefused = (status: number) => expect([400, 422]).toContain(status);

async function tryAction(id: string) {
  const { body } = await admin().post<Tried>(`/v1/actions/${id}/try`, {});
  return body.run;
}

async function tellEndpoint(id: string): Promise<Delivery> {
  await admin().post(`/v1/webhook-endpoints/${id}/test`, {});
  return eventually(
    async () => {
      const path = `/v1/webhook-endpoints/${id}/deliveries`;
      const { data } = await admin().read<{ data: Delivery[] }>(path);
      return data.find(({ status, error }) => status !== null || error !== null);
    },
    30_000,
    'an attempt',
  );
}

/** Waits for the message, and until its file is given up. */
async function fileFails(text: string, url: string): Promise<void> {
  if (LATER.test(url)) return;
  await eventually(
    async () => {
      for (const { id } of await chatsOf(admin(), 'all')) {
        const message = (await messagesOf(admin(), id)).find((one) => one.text === text);
        if (message) return message.attachments.every(({ file }) => file === null || file.state === 'failed');
      }
      return false;
    },
    30_000,
    `the file of “${text}” to be given up`,
  );
}

let count = 0;
const handIn = (more: object) => {
  count += 1;
  const said = { channelId, externalId: `m-${count}`, sender: { externalId: 'anna' }, text: `Message ${count}` };
  return admin()
    .post('/v1/messages', { ...said, ...more })
    .then(({ status }) => ({ status, text: said.text }));
};

/** How each of them is given and then used. Resolves when the server had its chance to call it. */
const USES: Readonly<Record<string, (url: string) => Promise<void>>> = {
  'registerChannel /credentials/*': async (url) => {
    const order = { messenger: 'http', queueId: house.team.queueId, credentials: { url } };
    isRefused((await admin().post('/v1/channels', order)).status);
  },
  'createAction /url': async (url) => {
    const { status, body } = await admin().post<Made>('/v1/actions', { caption: 'A', url, queueIds: [] });
    if (status !== 201) return isRefused(status);
    expect(await tryAction(body.id)).toMatchObject({ status: 'failed' });
    notAsked((await tryAction(body.id))?.code, url);
  },
  'updateAction /url': async (url) => {
    const order = { caption: 'A', url: `${allowed.url}/ok`, queueIds: [] };
    const { id } = await admin().created<Made>('/v1/actions', order);
    const { status } = await admin().call('PATCH', `/v1/actions/${id}`, { url });
    if (status !== 200) return isRefused(status);
    notAsked((await tryAction(id))?.code, url);
  },
  'createWebhookEndpoint /url': async (url) => {
    const { status, body } = await admin().post<Made>('/v1/webhook-endpoints', { url, types: ['channel.deleted'] });
    if (status !== 201) return isRefused(status);
    notAsked((await tellEndpoint(body.id)).error, url);
    await admin().call('DELETE', `/v1/webhook-endpoints/${body.id}`);
  },
  'updateWebhookEndpoint /url': async (url) => {
    const order = { url: `${allowed.url}/hook`, types: ['channel.deleted'] };
    const { id } = await admin().created<Made>('/v1/webhook-endpoints', order);
    const { status } = await admin().call('PATCH', `/v1/webhook-endpoints/${id}`, { url });
    if (status === 200) notAsked((await tellEndpoint(id)).error, url);
    else isRefused(status);
    await admin().call('DELETE', `/v1/webhook-endpoints/${id}`);
  },
  'sendMessage /choices/*/url': async (url) => {
    const { status } = await chat.send('Look', { choices: [{ title: 'There', url }] });
    if (status !== 201) isRefused(status);
  },
  'startChat /choices/*/url': async (url) => {
    const { contact } = await chat.view();
    const order = { contactId: contact.id, text: 'Look', choices: [{ title: 'There', url }] };
    expect((await admin().post('/v1/chats', order)).status).toBeGreaterThan(399);
  },
  'receiveMessage /attachments/*/reference': async (reference) => {
    const { status, text } = await handIn({ attachments: [{ type: 'image', reference }] });
    if (status === 200) await fileFails(text, reference);
    else isRefused(status);
  },
  'receiveMessage /attachments/*/url': async (url) => {
    const { status } = await handIn({ attachments: [{ type: 'link', url }] });
    if (status !== 200) isRefused(status);
  },
  'receiveWebhook of Facebook': async (url) => {
    count += 1;
    const attachments = ['image', 'file', 'fallback'].map((type) => ({ type, payload: { url } }));
    const message = { mid: `m_trap_${count}`, text: `Picture ${count}`, attachments };
    const item = { sender: { id: '7700000009' }, recipient: { id: PAGE }, timestamp: Date.now(), message };
    const body = JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: Date.now(), messaging: [item] }] });
    expect((await house.simulator.sendRaw({ messenger: 'facebook', account: PAGE, body })).status).toBe(200);
    await fileFails(message.text, url);
  },
};

/** Never called, whatever they say: shown to people who may open them. */
const OF_OTHERS = ['updateContact /attributes/*'];

test('every field of the document that takes an address is tried here', () => {
  const document = JSON.parse(readFileSync('docs/api/openapi.json', 'utf8')) as ApiDocument;
  const fields = addressFieldsIn(document);
  expect(fields.length).toBeGreaterThan(8);
  expect(fields.filter((field) => !(field in USES) && !OF_OTHERS.includes(field))).toEqual([]);
  const known = Object.keys(USES).filter((field) => !field.startsWith('receiveWebhook'));
  expect(known.filter((field) => !fields.includes(field))).toEqual([]);
});

test('every credential of a messenger that is an address is tried here', async () => {
  interface Messenger {
    readonly messenger: string;
    readonly credentialFields: readonly { readonly name: string; readonly description: string }[];
  }
  const { data } = await admin().read<{ data: Messenger[] }>('/v1/messengers');
  const addresses = data.flatMap(({ messenger, credentialFields }) =>
    credentialFields
      .filter(({ name, description }) => /url|host|address/i.test(`${name} ${description}`))
      .map(({ name }) => `${messenger} ${name}`),
  );
  expect(addresses).toEqual(['http url']);
});

test.each(Object.keys(USES))(
  '%s leads nowhere inside',
  async (field) => {
    for (const address of corpus) await USES[field]!(address);
    expect(trap.caught()).toBe(0);
  },
  120_000,
);

test('an allowed origin that leads on into the inside is not followed there', async () => {
  for (const [index, address] of corpus.entries()) {
    const url = `${allowed.url}/to/${index}`;
    const { id } = await admin().created<Made>('/v1/actions', { caption: 'A', url, queueIds: [] });
    expect(await tryAction(id)).toMatchObject({ status: 'failed' });
    const { text } = await handIn({ attachments: [{ type: 'image', reference: url }] });
    await fileFails(text, address);
  }
  const hook = await admin().created<Made>('/v1/webhook-endpoints', {
    url: `${allowed.url}/to/0`,
    types: ['channel.deleted'],
  });
  await tellEndpoint(hook.id);
  expect(allowed.calls.length).toBeGreaterThan(corpus.length);
  expect(trap.caught()).toBe(0);
  expect((await all(admin(), '/v1/webhook-endpoints')).length).toBe(1);
}, 120_000);

test('the trap catches whoever comes', async () => {
  await fetch(`http://127.0.0.1:${trap.port}/`).catch(() => undefined);
  expect(trap.caught()).toBe(1);
});

test.each(['7193405826:A/../../file', '1:a?x=', '1:a#', '1:a%2f..', 'x', '../1:a'])(
  'a bot token %j becomes no part of an address',
  async (botToken) => {
    const { queueId } = house.team;
    const before = house.simulator.ledger.calls.length;
    const answer = await admin().post('/v1/channels', { messenger: 'telegram', queueId, credentials: { botToken } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'token_malformed' } });
    expect(house.simulator.ledger.calls).toHaveLength(before);
  },
);

test('where a sign-in comes back to follows from the configuration, whatever a request says', async () => {
  const { port } = new URL(house.server.url);
  const headers = {
    ...admin().authorization,
    'content-type': 'application/json',
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example;proto=https',
    origin: 'https://evil.example',
  };
  const body = await new Promise<string>((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/channels/facebook/sign-in', headers });
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
    });
    call.on('error', reject).end('{}');
  });
  const { url } = JSON.parse(body) as { url: string };
  expect(new URL(url).origin).toBe(house.simulator.url);
  expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${house.server.url}/v1/channels/facebook/callback`);
  expect(body).not.toContain('evil.example');
});

test.each(['redirectUri', 'redirect_uri', 'graphUrl', 'url', 'state'])(
  'a sign-in takes no %s from a request',
  async (name) => {
    const answer = await house.team.admin.post('/v1/channels/facebook/sign-in', { [name]: 'https://evil.example' });
    expect(answer.status).toBe(422);
  },
);
