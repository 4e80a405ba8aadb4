import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Deadline } from './deadline.js';

setFlagsFromString('--expose-gc');
const cleanUp = runInNewContext('gc') as () => void;

function abortOf({ signal }: Deadline): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason), { once: true }));
}

it('is over after its time, also when memory is cleaned up meanwhile', async () => {
  const other = new AbortController();
  const ended = abortOf(new Deadline(200, other.signal));
  const cleaning = setInterval(cleanUp, 20);
  expect(await ended).toMatchObject({ name: 'TimeoutError' });
  clearInterval(cleaning);
});

it('is over with any of the others, for its reason', async () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const deadline = new Deadline(60_000, first.signal, undefined, second.signal);
  const ended = abortOf(deadline);
  second.abort('enough');
  expect(await ended).toBe('enough');
  expect(new Deadline(60_000, second.signal).signal.reason).toBe('enough');
});

it('that was ended stays open', () => {
  const other = new AbortController();
  const deadline = new Deadline(1, other.signal);
  deadline.end();
  other.abort();
  expect(deadline.signal.aborted).toBe(false);
});
