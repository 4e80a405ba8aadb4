import { randomBytes } from 'node:crypto';
import { eventually } from '../support/eventually.js';
import type { Api } from '../support/api.js';
import { openHouse, type House } from '../support/house.js';
import { ADMIN, META_APP, ServerInside } from '../support/server.js';
import { all, chatWith } from '../support/views.js';
import type { DialogDecision } from '../../apps/simulator/src/meta/sign-in-dialog.js';

/**
 * Connecting Facebook Pages by signing in, and each way it goes wrong. Real: the built server, PostgreSQL, sockets.
 * Simulated: Meta, its dialog and the person in front of it.
 */
const env = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64') };
let house: House;
let admin: Api;
let queueId: string;

beforeAll(async () => {
  house = await openHouse({ agents: 1, env });
  ({ admin, queueId } = house.team);
}, 120_000);
afterAll(() => house?.close());
afterEach(() => house.simulator.clearFaults());

interface Begun {
  readonly signInId: string;
  readonly url: string;
  readonly expiresAt: string;
}

interface Remark {
  readonly code: string;
  readonly sentence: string;
}

interface Offers {
  readonly data: {
    readonly source: string;
    readonly choosable: boolean;
    readonly reason: Remark | null;
    readonly channelId: string | null;
  }[];
  readonly remarks: Remark[];
}

interface Chosen {
  readonly data: {
    readonly source: string;
    readonly outcome: string;
    readonly channel: { readonly id: string; readonly health: string; readonly active: boolean } | null;
    readonly problem: Remark | null;
  }[];
}

const begin = (body: object = {}) => admin.created<Begun>('/v1/channels/facebook/sign-in', body);
const pagesOf = (signInId: string, api = admin) =>
  api.get<Offers & { code: string }>(`/v1/channels/facebook/pages?signInId=${signInId}`);
const choose = (signInId: string, sources: string[], more: object = {}) =>
  admin.post<Chosen & { code: string }>('/v1/channels/facebook/pages', { signInId, sources, queueId, ...more });

/** The person decides in the dialog, and the browser comes back. */
async function comeBack(
  url: string,
  decision: DialogDecision = {},
): Promise<{ status: number; page: string; headers: Headers }> {
  const answer = await fetch(house.simulator.admin.decide(url, decision));
  return { status: answer.status, page: await answer.text(), headers: answer.headers };
}

async function signedIn(decision: DialogDecision = {}): Promise<string> {
  const { signInId, url } = await begin();
  expect((await comeBack(url, decision)).status).toBe(200);
  return signInId;
}

/** A Page of our Meta app that nobody connected yet. */
const aPage = (name = 'Second store') => house.simulator.createPage({ name, app: META_APP.id });
const reasonFor = async (signInId: string, source: string) =>
  (await pagesOf(signInId)).body.data.find((one) => one.source === source);

test('an admin signs in, chooses a Page, and what people write there arrives', async () => {
  const page = aPage('Harbour store');
  const { signInId, url } = await begin();
  const dialog = new URL(url);
  expect(dialog.pathname).toBe('/v26.0/dialog/oauth');
  expect(Object.fromEntries(dialog.searchParams)).toEqual({
    client_id: META_APP.id,
    redirect_uri: `${house.server.url}/v1/channels/facebook/callback`,
    response_type: 'code',
    scope: 'pages_show_list,pages_messaging,pages_manage_metadata',
    state: expect.stringMatching(/^[\w-]{43}$/) as string,
  });
  expect(await pagesOf(signInId)).toMatchObject({ status: 409, body: { code: 'sign_in_pending' } });

  const back = await comeBack(url, { pages: [page.id] });
  expect(back.status).toBe(200);
  expect(back.page).toContain('Signed in');
  expect(back.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
  expect(back.headers.get('cache-control')).toBe('no-store');

  expect((await pagesOf(signInId)).body).toMatchObject({
    data: [{ source: page.id, name: 'Harbour store', choosable: true, reason: null, channelId: null }],
    remarks: [],
  });
  const chosen = await choose(signInId, [page.id], { language: 'de' });
  expect(chosen).toMatchObject({
    status: 200,
    body: {
      data: [{ source: page.id, outcome: 'connected', channel: { health: 'ok', active: true, language: 'de' } }],
    },
  });
  house.simulator.customerWrites({ messenger: 'facebook', account: page.id, person: 'Olena', text: 'Ahoy' });
  const chat = await chatWith(house.team.agents[0]!.api, 'waiting', 'Ahoy');
  expect(chat.channel.id).toBe(chosen.body.data[0]!.channel!.id);
  expect(JSON.stringify(chosen.body)).not.toMatch(/EAA/);
});

test('each call proves that it comes from our app, and no token is in the dialog’s address', async () => {
  const signInId = await signedIn();
  await pagesOf(signInId);
  const { calls } = house.simulator.ledger;
  expect(calls.filter(({ status }) => status !== undefined && status >= 400)).toEqual([]);
  expect(house.simulator.world.meta.requireApp(META_APP.id).requireProof).toBe(true);
});

test('choosing a Page again repairs it, and says so', async () => {
  const page = aPage();
  const [first] = (await choose(await signedIn(), [page.id])).body.data;
  house.simulator.revokeToken({ messenger: 'facebook', account: page.id });
  house.simulator.admin.subscribe({ account: page.id, app: META_APP.id, fields: [] });
  const signInId = await signedIn();
  expect(await reasonFor(signInId, page.id)).toMatchObject({
    choosable: true,
    reason: { code: 'already_connected' },
    channelId: first!.channel!.id,
  });
  const [again] = (await choose(signInId, [page.id])).body.data;
  expect(again).toMatchObject({ outcome: 'repaired', channel: { id: first!.channel!.id, health: 'ok' } });
  house.simulator.customerWrites({ messenger: 'facebook', account: page.id, person: 'Petro', text: 'Still there?' });
  await chatWith(house.team.agents[0]!.api, 'waiting', 'Still there?');
});

test('the app’s callback is set where somebody removed it', async () => {
  house.simulator.admin.pointApp({ app: META_APP.id, url: undefined });
  const page = aPage();
  expect((await choose(await signedIn(), [page.id])).body.data).toMatchObject([{ outcome: 'connected' }]);
  house.simulator.customerWrites({ messenger: 'facebook', account: page.id, person: 'Roman', text: 'Set again' });
  await chatWith(house.team.agents[0]!.api, 'waiting', 'Set again');
});

test('an app that delivers to another system is named, and taken over only when that is confirmed', async () => {
  const page = aPage();
  const signInId = await signedIn();
  house.simulator.admin.pointApp({ app: META_APP.id, url: 'https://crm.example.net/hooks/4711' });
  const refused = await choose(signInId, [page.id]);
  expect(refused.body.data).toMatchObject([
    { outcome: 'refused', channel: null, problem: { code: 'in_use_elsewhere' } },
  ]);
  expect(refused.body.data[0]!.problem!.sentence).toContain('crm.example.net');
  expect(JSON.stringify(refused.body)).not.toContain('4711');
  const taken = await choose(signInId, [page.id], { takeOver: true });
  expect(taken.body.data).toMatchObject([{ outcome: 'connected' }]);
});

test('what cannot be connected says why: no role, a task missing, a permission for other Pages only', async () => {
  const [stranger, editor, unticked, fine] = [aPage(), aPage(), aPage(), aPage()];
  house.simulator.admin.giveRole(stranger.id, []);
  house.simulator.admin.giveRole(editor.id, ['CREATE_CONTENT', 'MODERATE']);
  const signInId = await signedIn({
    pages: [stranger, editor, unticked, fine].map(({ id }) => id),
    only: { pages_messaging: [stranger.id, editor.id, fine.id] },
  });
  const { data } = (await pagesOf(signInId)).body;
  expect(data.map(({ choosable, reason }) => [choosable, reason?.code])).toEqual([
    [false, 'role_missing'],
    [false, 'task_missing'],
    [false, 'permission_missing'],
    [true, undefined],
  ]);
  expect(data[1]!.reason!.sentence).toContain('answering messages');
  expect(data[2]!.reason!.sentence).toContain('pages_messaging');
  const chosen = await choose(signInId, [...[stranger, editor, unticked, fine].map(({ id }) => id), 'somebody-else']);
  expect(chosen.body.data.map(({ outcome, problem }) => [outcome, problem?.code])).toEqual([
    ['refused', 'role_missing'],
    ['refused', 'task_missing'],
    ['refused', 'permission_missing'],
    ['connected', undefined],
    ['refused', 'not_offered'],
  ]);
});

test.each(['pages_messaging', 'pages_manage_metadata'])(
  'without %s no Page can be chosen, and it says what for',
  async (permission) => {
    const page = aPage();
    const signInId = await signedIn({ pages: [page.id], declined: [permission] });
    const { data, remarks } = (await pagesOf(signInId)).body;
    expect(data).toMatchObject([{ choosable: false, reason: { code: 'permission_declined' } }]);
    expect(data[0]!.reason!.sentence).toMatch(new RegExp(`${permission} \\(without it .+\\)`));
    expect(remarks).toMatchObject([{ code: 'permission_declined' }]);
    const again = await begin({ again: true });
    expect(new URL(again.url).searchParams.get('auth_type')).toBe('rerequest');
  },
);

test('an empty list of Pages has a reason', async () => {
  const declined = await pagesOf(await signedIn({ declined: ['pages_show_list'] }));
  expect(declined.body).toMatchObject({ data: [], remarks: [{ code: 'permission_declined' }] });
  const none = await pagesOf(await signedIn({ pages: [] }));
  expect(none.body).toMatchObject({ data: [], remarks: [{ code: 'no_accounts' }] });
  expect(none.body.remarks[0]!.sentence).toContain('Business portfolio');
});

test('more Pages than one answer holds are all offered', async () => {
  const pages = Array.from({ length: 103 }, (_, number) => aPage(`Branch ${number}`).id);
  expect((await pagesOf(await signedIn({ pages }))).body.data.map(({ source }) => source)).toEqual(pages);
});

test('who cancels in the dialog is told so, in the browser and in the program', async () => {
  const { signInId, url } = await begin();
  const back = await comeBack(url, { cancel: true });
  expect(back.status).toBe(400);
  expect(back.page).toContain('declined');
  expect(await pagesOf(signInId)).toMatchObject({ status: 422, body: { code: 'declined' } });
});

describe('the state', () => {
  test('is good once', async () => {
    const { signInId, url } = await begin();
    const location = house.simulator.admin.decide(url);
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await fetch(location)).status));
    expect(statuses.sort()).toEqual([200, 400, 400, 400, 400]);
    expect((await pagesOf(signInId)).status).toBe(200);
  });

  test.each<[string, (location: URL) => void]>([
    ['made up', (to) => to.searchParams.set('state', 'A'.repeat(43))],
    ['missing', (to) => to.searchParams.delete('state')],
    ['odd', (to) => to.searchParams.set('state', '<script>alert(1)</script>')],
  ])('that is %s is refused, and the sign-in stays open', async (_, change) => {
    const { signInId, url } = await begin();
    const location = new URL(house.simulator.admin.decide(url));
    change(location);
    const answer = await fetch(location);
    expect(answer.status).toBe(400);
    expect(await answer.text()).not.toContain('<script');
    expect(await pagesOf(signInId)).toMatchObject({ status: 409, body: { code: 'sign_in_pending' } });
  });

  test('is over after ten minutes', async () => {
    const { signInId, url, expiresAt } = await begin();
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(5);
    expect(minutes).toBeLessThanOrEqual(10.5);
    await house.database.database.rows(`UPDATE account_sign_ins SET expires_at = now() WHERE id = $1`, [signInId]);
    expect((await comeBack(url)).status).toBe(400);
    expect(await pagesOf(signInId)).toMatchObject({ status: 409, body: { code: 'sign_in_expired' } });
  });

  test('is kept as a hash only, and the grant encrypted', async () => {
    const { signInId, url } = await begin();
    await comeBack(url);
    const kept = await house.database.database.rows('SELECT *, secrets::text FROM account_sign_ins WHERE id = $1', [
      signInId,
    ]);
    expect(JSON.stringify(kept)).not.toContain(new URL(url).searchParams.get('state'));
    expect(JSON.stringify(kept)).not.toContain('EAA');
  });

  test('belongs to the admin who began: another one gets no Pages from it', async () => {
    const signInId = await signedIn();
    const [email, password] = ['second.admin@example.com', 'a long password of the second'];
    await admin.created('/v1/users', { email, password, name: 'Second admin', role: 'admin' });
    const other = await house.server.api.signIn(email, password);
    expect((await pagesOf(signInId, other)).status).toBe(404);
    const body = { signInId, sources: ['1'], queueId };
    expect((await other.post('/v1/channels/facebook/pages', body)).status).toBe(404);
    expect((await pagesOf(signInId, house.team.agents[0]!.api)).status).toBe(403);
  });
});

test('a code that was used already is refused in plain words', async () => {
  const first = await begin();
  const location = new URL(house.simulator.admin.decide(first.url));
  expect((await fetch(location)).status).toBe(200);
  const second = await begin();
  location.searchParams.set('state', new URL(second.url).searchParams.get('state')!);
  const answer = await fetch(location);
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('used already');
  expect(await pagesOf(second.signInId)).toMatchObject({ status: 422, body: { code: 'code_used' } });
});

test('Facebook away while the browser comes back: said so, and a new sign-in works', async () => {
  const { signInId, url } = await begin();
  house.simulator.failCall({
    match: { method: 'oauth/access_token' },
    effect: { kind: 'reset', processed: false },
    times: Infinity,
  });
  const back = await comeBack(url);
  expect(back.status).toBe(400);
  expect(await pagesOf(signInId)).toMatchObject({ status: 422, body: { code: 'messenger_unreachable' } });
  house.simulator.clearFaults();
  await signedIn();
});

test('a sign-in that ended at Facebook before the choice is said to have ended', async () => {
  const signInId = await signedIn();
  for (const token of house.simulator.world.meta.tokens.all()) if (token.kind === 'USER') token.dead = 458;
  expect(await pagesOf(signInId)).toMatchObject({ status: 422, body: { code: 'sign_in_ended' } });
});

test('a key that was used for other Pages is refused before any is connected', async () => {
  const [one, other] = [aPage('One'), aPage('Other')];
  const signInId = await signedIn();
  const headers = { 'idempotency-key': 'pages-1' };
  const pick = (source: string) =>
    admin.post<Chosen & { code: string }>(
      '/v1/channels/facebook/pages',
      { signInId, sources: [source], queueId },
      headers,
    );
  expect((await pick(one.id)).body.data[0]).toMatchObject({ outcome: 'connected' });
  expect((await pick(one.id)).body.data[0]).toMatchObject({ outcome: 'connected' });
  expect(await pick(other.id)).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  expect(await reasonFor(signInId, other.id)).toMatchObject({ channelId: null });
});

test('the address of the dialog is shown once', async () => {
  const headers = { 'idempotency-key': 'sign-in-1' };
  expect((await admin.post('/v1/channels/facebook/sign-in', {}, headers)).status).toBe(201);
  expect(await admin.post('/v1/channels/facebook/sign-in', {}, headers)).toMatchObject({
    status: 409,
    body: { code: 'already_done' },
  });
});

test('where one cannot sign in there is nothing to begin', async () => {
  for (const messenger of ['telegram', 'http', 'fax']) {
    expect((await admin.post(`/v1/channels/${messenger}/sign-in`, {})).status).toBe(404);
    expect((await fetch(`${house.server.url}/v1/channels/${messenger}/callback?state=x`)).status).toBe(404);
  }
});

test('nothing of a sign-in is in the log', async () => {
  const { url } = await begin();
  const location = house.simulator.admin.decide(url);
  await fetch(location);
  await eventually(() => house.server.output.includes('/callback'), 10_000, 'the line of the callback');
  const { searchParams } = new URL(location);
  for (const secret of [searchParams.get('code')!, searchParams.get('state')!, META_APP.secret, 'EAA']) {
    expect(house.server.output).not.toContain(secret);
  }
});

test('where the Meta app is not configured the API says so in plain words', async () => {
  const server = await ServerInside.start({
    databaseUrl: house.database.url,
    env: { ...env, PARLEY_META_APP_ID: '', PARLEY_META_APP_SECRET: '', PARLEY_META_VERIFY_TOKEN: '' },
  });
  try {
    const api = await server.api.signIn(ADMIN.email, ADMIN.password);
    const answer = await api.post<{ code: string; detail: string }>('/v1/channels/facebook/sign-in', {});
    expect(answer).toMatchObject({ status: 422, body: { code: 'messenger_unavailable' } });
    expect(answer.body.detail).toContain('set PARLEY_META_APP_ID, PARLEY_META_APP_SECRET, PARLEY_META_VERIFY_TOKEN');
  } finally {
    await server.dispose();
  }
});

describe('the audit log', () => {
  interface Entry {
    readonly action: string;
    readonly actor: { readonly kind: string; readonly id: string | null; readonly name: string | null };
    readonly after: Readonly<Record<string, unknown>> | null;
  }
  const entriesOf = async (subjectId: string) =>
    (await all<Entry>(admin, `/v1/audit?subjectId=${subjectId}`)).reverse();

  test('tells who signed in, what was connected, repaired and refused', async () => {
    const me = await admin.read<{ id: string; name: string }>('/v1/me');
    const [page, weak] = [aPage(), aPage()];
    house.simulator.admin.giveRole(weak.id, ['ANALYZE']);
    const { signInId, url } = await begin({ again: true });
    await comeBack(url, { pages: [page.id, weak.id] });
    const [chosen] = (await choose(signInId, [page.id, weak.id])).body.data;
    await choose(signInId, [page.id]);
    const entries = await entriesOf(signInId);
    expect(entries.map(({ action, after }) => [action, after])).toEqual([
      ['account_sign_in.started', { messenger: 'facebook', again: true }],
      ['account_sign_in.granted', { messenger: 'facebook' }],
      ['account_sign_in.account_refused', { messenger: 'facebook', source: weak.id, code: 'task_missing' }],
    ]);
    const ofChannel = await entriesOf(chosen!.channel!.id);
    expect(ofChannel.map(({ action }) => action)).toEqual(['channel.registered', 'channel.repaired']);
    for (const { actor } of [...entries, ...ofChannel])
      expect(actor).toEqual({ kind: 'user', id: me.id, name: me.name });
  });

  test('tells why a sign-in failed, and nothing of one that nobody began', async () => {
    const { signInId, url } = await begin();
    await comeBack(url, { cancel: true });
    const { code } = (await pagesOf(signInId)).body;
    expect((await entriesOf(signInId)).map(({ action, after }) => [action, after])).toEqual([
      ['account_sign_in.started', { messenger: 'facebook', again: false }],
      ['account_sign_in.failed', { messenger: 'facebook', code }],
    ]);
    const before = await all<Entry>(admin, '/v1/audit?action=account_sign_in.');
    const forged = `${house.server.url}/v1/channels/facebook/callback?state=${'x'.repeat(43)}&code=y`;
    expect((await fetch(forged)).status).toBe(400);
    expect(await all<Entry>(admin, '/v1/audit?action=account_sign_in.')).toEqual(before);
  });

  test('tells what the doctor put right', async () => {
    const page = aPage();
    const [chosen] = (await choose(await signedIn(), [page.id])).body.data;
    const { id } = chosen!.channel!;
    house.simulator.admin.subscribe({ account: page.id, app: META_APP.id, fields: [] });
    await admin.created(`/v1/channels/${id}/check?repair=true`);
    expect((await entriesOf(id)).at(-1)).toMatchObject({
      action: 'channel.repaired',
      after: { findings: ['page_subscription'] },
    });
  });
});
