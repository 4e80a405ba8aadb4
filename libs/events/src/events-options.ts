/** How the log is kept and streamed. */
export class EventsOptions {
  /** Days an event is kept, for readers who were away. */
  readonly keepDays: number = 7;
  /** A direct connection to PostgreSQL, for LISTEN: a pooler in between would lose it. Undefined: none is made. */
  readonly listenUrl: string | undefined = undefined;
  readonly heartbeatMs: number = 15_000;
  /** How often it is asked who the readers are today. */
  readonly recheckMs: number = 1_500;
  /** The log is looked at this often even when nobody says that there is something new. */
  readonly pollMs: number = 1_000;
  /** Bytes that may wait for one reader; who is further behind is disconnected, and resumes. */
  readonly maxBacklogBytes: number = 1_000_000;
  /** Streams that one user or API key may hold on this node: more are a program that forgets to close them. */
  readonly mostStreams: number = 1_000;

  constructor(options: Partial<EventsOptions> = {}) {
    Object.assign(this, options);
  }
}
