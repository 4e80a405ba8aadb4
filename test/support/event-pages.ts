import type { Api } from './api.js';

interface EventPage {
  readonly data: { readonly id: string; readonly type: string; readonly chatId: string | null }[];
  readonly cursor: string;
  readonly more: boolean;
}

export const cursorOf = async (api: Api) => (await api.read<{ cursor: string }>('/v1/events/cursor')).cursor;

/** All events after a cursor, as a program reads them that asks now and then. */
export async function eventsAfter(api: Api, after: string, limit = 100): Promise<EventPage['data']> {
  const events: EventPage['data'] = [];
  for (let cursor = after; ;) {
    const page = await api.read<EventPage>(`/v1/events?limit=${limit}&after=${encodeURIComponent(cursor)}`);
    events.push(...page.data);
    cursor = page.cursor;
    if (!page.more) return events;
  }
}
