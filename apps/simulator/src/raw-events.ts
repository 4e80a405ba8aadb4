import type { Target } from './delivery/mail.js';
import type { Attempt, MessengerKey, SentEvent } from './ledger.js';
import { signedHeaders } from './line/official-account.js';
import { callbackTarget, signatureOf } from './meta/page-events.js';
import type { World } from './world.js';

export interface RawPost {
  readonly messenger: MessengerKey;
  /** Bot id, Page id, phone number id, or the user id of an official account. */
  readonly account: string;
  /** Exactly these bytes. */
  readonly body: string | Buffer;
  /** Whether it proves where it comes from. `wrong`: in the right form with another secret. Default `valid`. */
  readonly signature?: 'valid' | 'none' | 'wrong';
  /** Put over the ones it would have. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Posts bytes to the account's webhook once, in no lane and without redelivery; not in the ledger. */
export function postRaw(world: World, raw: RawPost): Promise<Attempt> {
  const body = Buffer.from(raw.body);
  const target = targetOf(world, raw, body);
  const headers: Record<string, string> = { ...target.headers };
  const proof = PROOFS[raw.messenger];
  if (raw.signature === 'none') delete headers[proof];
  if (raw.signature === 'wrong') headers[proof] = wrongProof(world, raw, body);
  return world.depot.mail.post({ url: target.url, headers: { ...headers, ...raw.headers } }, body);
}

/** Delivers an event again as it was, so many times at once, like a messenger that never got our answers. */
export async function redeliver(world: World, event: SentEvent, times: number): Promise<Attempt[]> {
  const { messenger, account } = event;
  const once = () => postRaw(world, { messenger, account, body: Buffer.from(event.body, 'latin1') });
  const attempts = await Promise.all(Array.from({ length: times }, once));
  event.attempts.push(...attempts);
  world.ledger.changed();
  return attempts;
}

/** The header that proves a call. */
const PROOFS: Readonly<Record<MessengerKey, string>> = {
  telegram: 'x-telegram-bot-api-secret-token',
  facebook: 'x-hub-signature-256',
  whatsapp: 'x-hub-signature-256',
  instagram: 'x-hub-signature-256',
  viber: 'x-viber-content-signature',
  line: 'x-line-signature',
};

function wrongProof(world: World, { messenger, account }: RawPost, body: Buffer): string {
  if (messenger === 'telegram') return 'wrong-secret';
  if (messenger === 'viber') return world.viberBots.require(account).sign(body, 'wrong-secret');
  if (messenger === 'line') return signedHeaders('wrong-secret', body)['x-line-signature'] ?? '';
  return signatureOf('wrong-secret', body);
}

function targetOf(world: World, { messenger, account }: RawPost, body: Buffer): Target {
  if (messenger === 'telegram') {
    const target = world.bots.require(account).target();
    if (!target) throw new Error(`Bot ${account} has no webhook`);
    return target;
  }
  if (messenger === 'viber') {
    const target = world.viberBots.require(account).target(body);
    if (!target) throw new Error(`Viber bot ${account} has no webhook`);
    return target;
  }
  if (messenger === 'line') {
    const target = world.officialAccounts.require(account).target(body);
    if (!target) throw new Error(`Account ${account} has no webhook in use`);
    return target;
  }
  if (messenger === 'whatsapp') return numberTarget(world, account, body);
  if (messenger === 'instagram') return world.instagram.targetOf(account, body);
  const apps = [...world.meta.requirePage(account).subscriptions.keys()];
  const app = apps.map((id) => world.meta.requireApp(id)).find((one) => one.callback) ?? world.meta.firstApp();
  const target = callbackTarget(app, body);
  if (!target) throw new Error(`App ${app.id} has no callback`);
  return target;
}

function numberTarget(world: World, numberId: string, body: Buffer): Target {
  const { accountId } = world.numbers.require(numberId);
  const apps = [...(world.numbers.subscriptions.get(accountId) ?? [])].map((id) => world.meta.requireApp(id));
  const app = apps.find((one) => one.whatsAppCallback) ?? world.meta.firstApp();
  const target = app.whatsAppCallback && callbackTarget(app, body, app.whatsAppCallback);
  if (!target) throw new Error(`App ${app.id} has no callback for WhatsApp`);
  return target;
}
