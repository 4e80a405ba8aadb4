import type { Tx } from '#database';
import { Jobs } from '#jobs';
import type { Finding } from '#messenger-kit';
import { ChannelCareModule } from '../channel-care.module.js';
import { type ChannelTraffic, ChannelUse } from '../ports.js';
import { Registration } from '../registration.js';
import { aQueue, openRegistrationHouse } from './registration-house.js';

/** What the rooms above would say of a channel's use. */
export class FakeUse extends ChannelUse {
  open = 0;
  received = 0;

  openChats(_: Tx, _channelId: string): Promise<number> {
    return Promise.resolve(this.open);
  }

  readonly caughtUp: { channelId: string; since: Date }[] = [];

  catchUp(_: Tx, channelId: string, since: Date): Promise<void> {
    this.caughtUp.push({ channelId, since });
    return Promise.resolve();
  }

  traffic(): Promise<ChannelTraffic> {
    const { received } = this;
    const ledger = { received, stored: received, duplicate: 0, ignored: 0, refused: 0, quarantined: 0 };
    return Promise.resolve({ ledger, waiting: 0, waitingSince: null, lastSend: null });
  }
}

/** The registration house with the doctor in it. Not real besides the network: the use of channels, and jobs, which nobody runs. */
export async function openCareHouse() {
  const use = new FakeUse();
  const jobs = new Jobs();
  const house = await openRegistrationHouse([
    { module: CareGlobals, global: true, providers: providers(), exports: [ChannelUse, Jobs] },
    ChannelCareModule,
  ]);
  const queueId = await aQueue(house.database);
  let accounts = 0;

  function providers() {
    return [
      { provide: ChannelUse, useValue: use },
      { provide: Jobs, useValue: jobs },
    ];
  }

  async function aChannel() {
    const source = `account-${(accounts += 1)}`;
    const token = `token-of-${source}`;
    house.network.accounts.set(token, { source, name: source });
    const order = { messenger: 'pigeon', queueId, credentials: { token } };
    const request = { caller: 'user:1', route: 'POST /v1/channels', key: undefined, request: order };
    const { body } = await house.get(Registration).register(order, request);
    return { id: body.id, source, order, request };
  }

  return { ...house, use, jobs, aChannel };
}

class CareGlobals {}

export type CareHouse = Awaited<ReturnType<typeof openCareHouse>>;

export const LOST: Finding = {
  code: 'subscription',
  state: 'broken',
  sentence: 'The subscription is gone.',
  repair: 'harmless',
};
export const RIVAL: Finding = { ...LOST, sentence: 'Another system receives.', repair: 'takes_over' };
