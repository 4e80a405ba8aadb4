import { inPointer, Problem, type ProblemPointer } from '#api-kit';
import type { MessengerRegistrationWorker, MessengerRegistry } from '#messenger-kit';

/** What an admin asks for when registering a channel. */
export interface ChannelOrder {
  readonly messenger: string;
  readonly queueId: string;
  /** Else what the account is called at the messenger. */
  readonly name?: string;
  readonly language?: string;
  /** As the messenger's `credentialFields` describe them. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** What another system receives for the account shall come here. */
  readonly takeOver?: boolean;
}

export type Credentials = Readonly<Record<string, string>>;

const LONGEST = 4096;

/** The worker that can fulfil the order; Problem 422 when this server has none, or none that can be used now. */
export function workerFor(order: ChannelOrder, messengers: MessengerRegistry): MessengerRegistrationWorker {
  const worker = messengers.get(order.messenger)?.registration;
  if (!worker) throw Problem.unknown('messenger', '#/messenger', 'This server does not speak this messenger.');
  const reason = worker.unavailable?.();
  if (reason !== undefined) throw new Problem(422, 'messenger_unavailable', reason, {}, [wrong('/messenger', reason)]);
  return worker;
}

/** The credentials as the worker takes them, without the blanks around them; Problem 422 that names each field in question, and never a value. */
export function credentialsOf(order: ChannelOrder, worker: MessengerRegistrationWorker): Credentials {
  const fields = worker.credentialFields.map(({ name }) => name);
  const given = order.credentials;
  const missing = fields.filter((name) => !Object.hasOwn(given, name)).map((name) => wrong(place(name), 'is missing'));
  const unknown = Object.keys(given)
    .filter((name) => !fields.includes(name))
    .map((name) => wrong(place(name), 'is not a credential of this messenger'));
  const unusable = fields
    .filter((name) => Object.hasOwn(given, name) && !isCredential(given[name]))
    .map((name) => wrong(place(name), `must be text of 1 to ${LONGEST} visible characters without blanks`));
  const pointers = [...missing, ...unknown, ...unusable];
  if (pointers.length > 0) throw Problem.invalid('The credentials are not what this messenger needs.', pointers);
  return Object.fromEntries(fields.map((name) => [name, trimmed(given[name]) as string]));
}

function isCredential(value: unknown): boolean {
  const text = trimmed(value);
  return typeof text === 'string' && text.length <= LONGEST && /^[\x21-\x7e]+$/.test(text);
}

/** Blanks come along when a token is copied. */
function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? value.trim() : value;
}

function place(field: string): string {
  return `/credentials/${inPointer(field)}`;
}

function wrong(pointer: string, detail: string): ProblemPointer {
  return { pointer: `#${pointer}`, detail };
}
