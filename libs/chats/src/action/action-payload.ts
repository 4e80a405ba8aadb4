/** Everything a call tells, read at the moment of the call. */
export interface RunFacts {
  readonly runId: string;
  readonly requestedAt: Date;
  readonly actionId: string;
  readonly caption: string;
  readonly by: { readonly kind: 'user' | 'key'; readonly id: string; readonly name: string };
  readonly chatId: string;
  readonly chatStatus: string;
  readonly openedAt: Date;
  readonly queue: { readonly id: string; readonly name: string };
  readonly channel: { readonly id: string; readonly name: string };
  readonly messenger: string;
  readonly identity: { readonly id: string; readonly scope: string; readonly externalId: string };
  readonly contact: { readonly id: string | null; readonly name: string | null };
}

/** The body of an action's call. `test`: nobody’s chat, somebody tries the action out. */
export function payloadOf(facts: RunFacts, test = false): object {
  const { runId, requestedAt, actionId, caption, by, queue, channel, messenger, identity, contact } = facts;
  return {
    type: 'action.run',
    timestamp: requestedAt.toISOString(),
    data: {
      runId,
      test,
      action: { id: actionId, caption },
      chat: { id: facts.chatId, status: facts.chatStatus, openedAt: facts.openedAt.toISOString() },
      queue,
      channel,
      contact,
      identity: { ...identity, messenger },
      agent: by,
    },
  };
}

/** The same shape with made-up content. */
export function exampleFacts(run: Pick<RunFacts, 'runId' | 'requestedAt' | 'actionId' | 'caption' | 'by'>): RunFacts {
  return {
    ...run,
    chatId: '00000000-0000-7000-8000-000000000001',
    chatStatus: 'in_progress',
    openedAt: run.requestedAt,
    queue: { id: '00000000-0000-7000-8000-000000000005', name: 'Example' },
    channel: { id: '00000000-0000-7000-8000-000000000002', name: 'Example' },
    messenger: 'telegram',
    identity: { id: '00000000-0000-7000-8000-000000000003', scope: '', externalId: '4711' },
    contact: { id: '00000000-0000-7000-8000-000000000004', name: 'Maria Example' },
  };
}
