import { createHmac, randomUUID } from 'node:crypto';
import type { Post } from './load.js';

export const APP_SECRET = 'bench_app_secret_0123456789abcdef';
export const PAGE = '108326419507742';

export interface Traffic {
  readonly path: string;
  readonly webhooks: number;
  /** How many people write; each writes about as often as the others. */
  readonly people: number;
  readonly perWebhook?: number;
}

/** Signed Messenger webhooks with ids never used before, as Meta sends them. */
export function messengerWebhooks(
  { path, webhooks, people, perWebhook = 1 }: Traffic,
  senderOf: (number: number) => string | undefined = () => undefined,
): Post[] {
  const run = randomUUID();
  return Array.from({ length: webhooks }, (_, index) => {
    const messaging = Array.from({ length: perWebhook }, (_unused, place) => {
      const number = index * perWebhook + place;
      const sender = senderOf(number) ?? String(7_000_000_000_000_000 + (number % people));
      return event(sender, `m_${run}_${number}`, `Is lamp ${number} there?`);
    });
    const entry = [{ id: PAGE, time: Date.now(), messaging }];
    const body = JSON.stringify({ object: 'page', entry }).replaceAll('/', '\\/');
    const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex');
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
    return { path, headers, body };
  });
}

/** One in ten comes twice, the second time ten webhooks later. */
export function redelivered(posts: readonly Post[]): Post[] {
  return posts.map((post, index) => (index % 10 === 9 ? posts[index - 9]! : post));
}

let newPeople = 0;

/** One in ten comes from somebody who never wrote before. */
export function withNewPeople(traffic: Traffic): Post[] {
  const run = Date.now();
  return messengerWebhooks(traffic, (number) => (number % 10 === 0 ? `${run}${newPeople++}` : undefined));
}

function event(sender: string, mid: string, text: string) {
  return { sender: { id: sender }, recipient: { id: PAGE }, timestamp: Date.now(), message: { mid, text } };
}
