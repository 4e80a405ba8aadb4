import type { Api } from './api.js';
import { chatsOf, messagesOf } from './views.js';

/** How often each inbound text is visible through the public API. */
export async function visibleTexts(api: Api): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (const chat of await chatsOf(api, 'all')) {
    const messages = await messagesOf(api, chat.id);
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
    for (const { text, direction } of messages) {
      if (direction === 'inbound' && text) times.set(text, (times.get(text) ?? 0) + 1);
    }
  }
  return times;
}

/** Everything acknowledged is visible, and nothing twice; nothing that was not sent. */
export async function expectExactlyOnce(api: Api, acknowledged: Iterable<string>, sent: ReadonlyMap<string, string>) {
  const visible = await visibleTexts(api);
  expect([...acknowledged].filter((text) => !visible.has(text))).toEqual([]);
  expect([...visible].filter(([, times]) => times > 1)).toEqual([]);
  expect([...visible.keys()].filter((text) => !sent.has(text))).toEqual([]);
}
