import type { Answer } from './support/api.js';
import { openHouse, type House } from './support/house.js';
import { rounds } from './support/rounds.js';
import { chatWith, type ChatView } from './support/views.js';

/** Real: the built server, PostgreSQL, sockets, twenty signed-in agents. Simulated: the messenger. */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 20 });
}, 180_000);
afterAll(() => house?.close());

interface Conflict {
  readonly code: string;
  readonly holder: { readonly id: string };
}

it('20 agents accept one chat at once: one winner, everybody else is told who', async () => {
  const { agents, accounts } = house.team;
  for (let round = 0; round < rounds(5, 200); round++) {
    const text = `Round ${round}`;
    house.simulator.customerWrites({ messenger: 'telegram', account: accounts.telegram, person: `P ${round}`, text });
    const chat = await chatWith(agents[0]!.api, 'waiting', text);
    const answers = await Promise.all(
      agents.map(({ api }) => api.post<ChatView & Conflict>(`/v1/chats/${chat.id}/accept`)),
    );
    const winners = agents.filter((_, index) => answers[index]!.status === 200);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ status }) => status !== 200);
    for (const { status, body } of losers) {
      expect({ status, code: body.code, holder: body.holder.id }).toEqual({
        status: 409,
        code: 'already_accepted',
        holder: winners[0]!.id,
      });
    }
    await winners[0]!.api.created(`/v1/chats/${chat.id}/close`);
  }
}, 300_000);

it('an agent with a limit of 5 who accepts 50 chats at once gets 5', async () => {
  const { agents, accounts } = house.team;
  const agent = agents[7]!;
  const chats: ChatView[] = [];
  for (let number = 0; number < 50; number++) {
    const text = `Limit ${number}`;
    house.simulator.customerWrites({ messenger: 'telegram', account: accounts.telegram, person: `L ${number}`, text });
  }
  for (let number = 0; number < 50; number++) chats.push(await chatWith(agent.api, 'waiting', `Limit ${number}`));
  const answers: Answer<Conflict>[] = await Promise.all(
    chats.map(({ id }) => agent.api.post<Conflict>(`/v1/chats/${id}/accept`)),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  const refusals = answers.filter(({ status }) => status !== 200).map(({ status, body }) => `${status} ${body.code}`);
  expect(new Set(refusals)).toEqual(new Set(['409 limit_reached']));
  expect(refusals).toHaveLength(45);
}, 120_000);
