/** How much to make. What is open does not grow with the history: the same people work on the same chats. */
export interface SeedSize {
  readonly chats: number;
  readonly messages: number;
  readonly agents: number;
  readonly queues: number;
}

export const LARGE: SeedSize = { chats: 200_000, messages: 5_000_000, agents: 100, queues: 20 };
export const SMALL: SeedSize = { ...LARGE, chats: 2_700, messages: 50_000 };

/** Of closed chats; the history reaches this far back. */
export const YEARS = 2;
/** Chats whose messages are made in one statement. */
export const PART = 10_000;

/** `--chats 1000 --messages 20000 …` over the large size. */
export function sizeOf(argument: (name: string) => string | undefined): SeedSize {
  const number = (name: keyof SeedSize) => {
    const given = Number(argument(name) ?? LARGE[name]);
    if (!Number.isInteger(given) || given < 1) throw new Error(`--${name} takes a number from 1 on`);
    return given;
  };
  const size = {
    chats: number('chats'),
    messages: number('messages'),
    agents: number('agents'),
    queues: number('queues'),
  };
  const open = openChats(size);
  if (size.chats < open * 1.1)
    throw new Error(`${size.agents} agents and ${size.queues} queues need ${open * 1.1} chats`);
  if (size.messages < size.chats * 3) throw new Error('A chat has three messages at least');
  return size;
}

/** Every tenth agent holds 60 chats, the others five to fifteen. */
export const HELD_BY_AGENT = 'CASE WHEN a.n % 10 = 1 THEN 60 ELSE 5 + a.n % 11 END';
export const WAITING_PER_QUEUE = 15;

/** More than there are. */
function openChats({ agents, queues }: SeedSize): number {
  return Math.ceil(agents / 10) * 60 + agents * 15 + queues * WAITING_PER_QUEUE;
}
