import type { Fields } from '../http/fields.js';
import type { SentEvent } from '../ledger.js';
import type { World } from '../world.js';
import { GraphError, invalidParameter } from './graph-error.js';
import type { MetaPage } from './meta-page.js';
import type { Token } from './tokens.js';

/** The app id the Page inbox goes by in conversation routing. */
export const INBOX_APP = '263902037430900';

export const THREAD_EDGES: ReadonlySet<string> = new Set([
  'pass_thread_control',
  'take_thread_control',
  'request_thread_control',
  'release_thread_control',
]);

/** `POST /{page}/…_thread_control`: the app takes a thread, hands it on, or asks for it. */
export function threadControl(world: World, page: MetaPage, token: Token, edge: string, fields: Fields): unknown {
  const psid = fields.object('recipient')?.text('id');
  if (!psid) throw invalidParameter('The parameter recipient is required');
  if (page.standing(psid) === 'stranger') throw invalidParameter('No matching user found', 2018001);
  const owner = page.threadOwners.get(psid);
  const metadata = fields.text('metadata');
  const app = token.app.id;
  if (edge === 'request_thread_control') {
    tellThread(world, page, psid, { request_thread_control: { requested_owner_app_id: app, metadata } });
    return { success: true };
  }
  if (edge === 'take_thread_control') {
    page.threadOwners.set(psid, app);
    const take_thread_control = { previous_owner_app_id: owner ?? INBOX_APP, metadata };
    tellThread(world, page, psid, { take_thread_control }, owner ?? INBOX_APP);
    return { success: true };
  }
  if (owner !== undefined && owner !== app) {
    throw new GraphError({ message: '(#10) Another app is controlling this thread now.', code: 10, subcode: 2018300 });
  }
  if (edge === 'release_thread_control') {
    page.threadOwners.delete(psid);
    return { success: true };
  }
  const target = fields.text('target_app_id');
  if (!target) throw invalidParameter('The parameter target_app_id is required');
  page.threadOwners.set(psid, target);
  const change = { previous_owner_app_id: app, new_owner_app_id: target, metadata };
  tellThread(world, page, psid, { pass_thread_control: change });
  return { success: true };
}

/** Tells all apps, or the one named: that a thread was taken hears only who had it. */
export function tellThread(
  world: World,
  page: MetaPage,
  psid: string,
  change: Readonly<Record<string, unknown>>,
  only?: string,
): SentEvent[] {
  const frame = { sender: { id: psid }, recipient: { id: page.id }, timestamp: Date.now() };
  return world.meta.events.send(page, [{ ...frame, ...change }], only);
}
