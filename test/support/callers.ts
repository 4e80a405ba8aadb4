import type { Api } from './api.js';
import type { House } from './house.js';

/** Somebody who calls the API, or nobody. */
export interface Person {
  readonly role: string | undefined;
  readonly token: string | undefined;
  /** For the operation that ends the session it is called with. */
  readonly spare?: string;
}

/** One of each kind: the house's first agent, another one of no queue, who see all, and a key of each role. */
export async function callersOf(house: House): Promise<ReadonlyMap<string, Person>> {
  const { admin, agents } = house.team;
  const callers = new Map<string, Person>([['nobody', { role: undefined, token: undefined }]]);
  const spare = await aSession(house, 'agent0@example.com', 'a long password of agent 0');
  callers.set('agent', { role: 'agent', token: tokenOf(agents[0]!.api), spare });
  for (const [name, role] of Object.entries({ stranger: 'agent', supervisor: 'supervisor', admin: 'admin' }))
    callers.set(name, await aPerson(house, name, role));
  for (const role of ['agent', 'supervisor', 'admin']) {
    const { secret } = await admin.created<{ secret: string }>('/v1/api-keys', { name: role, role });
    callers.set(`key of ${role}`, { role, token: secret });
  }
  return callers;
}

async function aPerson(house: House, name: string, role: string): Promise<Person> {
  const [email, password] = [`${name}@matrix.example`, `a long password of ${name}`];
  await house.team.admin.created('/v1/users', { email, password, name, role });
  return { role, token: await aSession(house, email, password), spare: await aSession(house, email, password) };
}

async function aSession(house: House, email: string, password: string): Promise<string> {
  return tokenOf(await house.server.api.signIn(email, password));
}

function tokenOf(api: Api): string {
  return api.authorization.authorization!.replace('Bearer ', '');
}
