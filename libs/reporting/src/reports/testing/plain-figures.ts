interface PlainChat {
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly acceptedAt: Date | null;
  readonly repliedAt: Date | null;
  readonly reason: string;
  readonly inbound: number;
  readonly outbound: number;
}

interface PlainPeriod {
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly unit: string;
}

const calendars = new Map<string, Intl.DateTimeFormat>();

/** What the calendar on the wall says there. */
export function localDay(moment: Date, timeZone: string): string {
  const calendar =
    calendars.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  calendars.set(timeZone, calendar);
  return calendar.format(moment);
}

/** First day of the row of a day; undefined outside of the period. */
export function rowStart(day: string, { from, to, unit }: PlainPeriod): string | undefined {
  if (day < from || day > to) return undefined;
  if (unit === 'all') return from;
  const date = new Date(`${day}T12:00:00Z`);
  if (unit === 'week') date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  if (unit === 'month') date.setUTCDate(1);
  const start = date.toISOString().slice(0, 10);
  return start < from ? from : start;
}

/** The figures of each row, by its first day and key. */
export function figuresOf<Chat extends PlainChat>(
  chats: readonly Chat[],
  period: PlainPeriod,
  keyOf: (chat: Chat) => string | null,
): Record<string, object> {
  const rows = new Map<string, { opened: Chat[]; closed: Chat[] }>();
  const note = (chat: Chat, moment: Date | null, as: 'opened' | 'closed') => {
    const start = moment && rowStart(localDay(moment, period.timeZone), period);
    if (!start) return;
    const key = `${start} ${keyOf(chat)}`;
    if (!rows.has(key)) rows.set(key, { opened: [], closed: [] });
    rows.get(key)![as].push(chat);
  };
  for (const chat of chats) {
    note(chat, chat.openedAt, 'opened');
    note(chat, chat.closedAt, 'closed');
  }
  return Object.fromEntries(
    [...rows].map(([key, { opened, closed }]) => [key, { opened: opened.length, ...ofClosed(closed) }]),
  );
}

function ofClosed(chats: readonly PlainChat[]): object {
  const closedBy = (reason: string) => chats.filter((chat) => chat.reason === reason).length;
  // Nobody waits in a chat that one of ours began.
  const waiting = chats.filter(({ openedAt, acceptedAt }) => acceptedAt?.getTime() !== openedAt.getTime());
  const seconds = (among: readonly PlainChat[], to: (chat: PlainChat) => Date | null) =>
    among.flatMap((chat) => {
      const end = to(chat);
      return end ? [(end.getTime() - chat.openedAt.getTime()) / 1000] : [];
    });
  return {
    closed: chats.length,
    closedByAgent: closedBy('agent'),
    closedBySupervisor: closedBy('supervisor'),
    closedByTimeout: closedBy('timeout'),
    neverAccepted: chats.filter(({ acceptedAt }) => !acceptedAt).length,
    inboundMessages: chats.reduce((sum, { inbound }) => sum + inbound, 0),
    outboundMessages: chats.reduce((sum, { outbound }) => sum + outbound, 0),
    ...times(
      'waiting',
      seconds(waiting, ({ acceptedAt, closedAt }) => acceptedAt ?? closedAt),
    ),
    ...times(
      'accept',
      seconds(waiting, ({ acceptedAt }) => acceptedAt),
    ),
    ...times(
      'firstReply',
      seconds(waiting, ({ repliedAt }) => repliedAt),
    ),
    ...times(
      'duration',
      seconds(chats, ({ closedAt }) => closedAt),
    ),
  };
}

function times(name: string, values: readonly number[]): Record<string, unknown> {
  const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const figures = { Mean: mean, Median: percentile(values, 0.5), P90: percentile(values, 0.9) };
  return Object.fromEntries(
    Object.entries(figures).map(([figure, value]) => [name + figure, value === null ? null : expect.closeTo(value, 2)]),
  );
}

/** Between the two nearest, in proportion. */
function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (high - low) * (place - Math.floor(place));
}
