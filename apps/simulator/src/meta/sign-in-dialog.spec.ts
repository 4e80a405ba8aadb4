import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';
import { proofOf } from './tokens.js';

const redirectUri = 'https://chat.example.com/back';
let sim: Simulator;

beforeEach(async () => (sim = await startSimulator()));
afterEach(() => sim.stop());

function aDialog(scope = 'pages_show_list,pages_messaging,pages_manage_metadata') {
  const app = sim.createApp();
  const page = sim.createPage({ app: app.id, name: 'Corner <store>' });
  const query = { client_id: app.id, redirect_uri: redirectUri, state: 's&1', scope, response_type: 'code' };
  return { app, page, query, url: `${sim.url}/v26.0/dialog/oauth?${new URLSearchParams(query).toString()}` };
}

type Dialog = ReturnType<typeof aDialog>;

/** The user token the code becomes, as the query of a call. */
async function tokenFor({ app }: Dialog, location: string): Promise<string> {
  const code = new URL(location).searchParams.get('code') ?? '';
  const query = { client_id: app.id, client_secret: app.secret, redirect_uri: redirectUri, code };
  const { body } = await call(sim, `/v26.0/oauth/access_token?${new URLSearchParams(query).toString()}`);
  const token = String(body.access_token);
  return `access_token=${token}&appsecret_proof=${proofOf(app.secret, token)}`;
}

test('it is a page for people whose form goes on where the dialog would', async () => {
  const dialog = aDialog();
  const page = await (await fetch(dialog.url)).text();
  expect(page).toContain('pages_messaging');
  expect(page).not.toContain('Corner <store>');
  const ticked = { [`page.${dialog.page.id}`]: '1', 'scope.pages_show_list': '1' };
  const body = new URLSearchParams({ ...dialog.query, ...ticked, continue: '1' });
  const sent = await fetch(dialog.url, { method: 'POST', body, redirect: 'manual' });
  expect(sent.status).toBe(302);
  const location = sent.headers.get('location') ?? '';
  expect(new URL(location).searchParams.get('state')).toBe('s&1');
  const permissions = await call(sim, `/v26.0/me/permissions?${await tokenFor(dialog, location)}`);
  expect(permissions.body.data).toEqual([
    { permission: 'pages_show_list', status: 'granted' },
    { permission: 'pages_messaging', status: 'declined' },
    { permission: 'pages_manage_metadata', status: 'declined' },
  ]);
});

test('it refuses an unknown app and comes back with an error when it is cancelled', async () => {
  const { url } = aDialog();
  expect((await fetch(url.replace(/client_id=\d+/, 'client_id=1'))).status).toBe(400);
  const location = new URL(sim.admin.decide(url, { cancel: true }));
  expect(location.searchParams.get('error')).toBe('access_denied');
  expect(location.searchParams.has('code')).toBe(false);
});

test('without a role there is no token, without pages_show_list there are no Pages', async () => {
  const dialog = aDialog();
  sim.admin.giveRole(dialog.page.id, []);
  const accounts = async (declined: string[]) =>
    (await call(sim, `/v26.0/me/accounts?${await tokenFor(dialog, sim.admin.decide(dialog.url, { declined }))}`)).body
      .data;
  expect(await accounts([])).toEqual([{ id: dialog.page.id, name: 'Corner <store>', tasks: [] }]);
  expect(await accounts(['pages_show_list'])).toEqual([]);
});

test('who loses the role loses the tokens; a permission that is taken back is missed', async () => {
  const { page } = aDialog();
  const auth = `access_token=${page.token}&appsecret_proof=${proofOf(page.appSecret, page.token)}`;
  sim.admin.changeTokens({ account: page.id, scopes: ['pages_messaging'] });
  const path = `/v26.0/${page.id}/subscribed_apps?${auth}`;
  expect(await call(sim, path)).toMatchObject({ body: { error: { code: 200 } } });
  sim.admin.giveRole(page.id, []);
  expect(await call(sim, path)).toMatchObject({ status: 401, body: { error: { code: 190, error_subcode: 492 } } });
});

test('over HTTP as well', async () => {
  const { url, page, app } = aDialog();
  const { body } = await call(sim, '/_sim/decisions', { url, cancel: true });
  expect(body.location).toContain('access_denied');
  expect((await call(sim, '/_sim/roles', { account: page.id, tasks: ['MESSAGING'] })).status).toBe(200);
  expect((await call(sim, '/_sim/page-subscriptions', { account: page.id, fields: ['messages'] })).status).toBe(200);
  const rival = { app: app.id, url: 'https://crm.example.net/x' };
  expect((await call(sim, '/_sim/app-callbacks', rival)).status).toBe(200);
  expect((await call(sim, '/_sim/tokens', { account: page.id, expiresAt: 1 })).status).toBe(200);
  expect(await call(sim, `/v26.0/me?access_token=${page.token}`)).toMatchObject({ status: 401 });
});
