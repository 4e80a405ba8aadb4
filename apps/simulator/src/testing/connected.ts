import { proofOf } from '../meta/tokens.js';
import type { Simulator } from '../simulator.js';

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** GET without a body, else POST with JSON. */
export async function call(simulator: Simulator, path: string, body?: unknown): Promise<Answered> {
  const response = await fetch(simulator.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** A bot whose updates go to the address, with the secret `word`. */
export async function aConnectedBot(simulator: Simulator, url: string) {
  const bot = simulator.createBot();
  await call(simulator, `/bot${bot.token}/setWebhook`, { url, secret_token: 'word' });
  return bot;
}

/** A Page with some fields subscribed, whose app's callback is the address. `auth` is a query with token and proof. */
export async function aConnectedPage(simulator: Simulator, url: string, fields = 'messages,message_echoes') {
  const page = simulator.createPage();
  const auth = `access_token=${page.token}&appsecret_proof=${proofOf(page.appSecret, page.token)}`;
  await simulator.setCallback({ app: page.appId, url, verifyToken: 'word' });
  await call(simulator, `/v26.0/${page.id}/subscribed_apps?subscribed_fields=${fields}&${auth}`, {});
  return { ...page, auth };
}
