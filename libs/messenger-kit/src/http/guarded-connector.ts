import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { NotAskedError } from './http-errors.js';
import { isPublicAddress } from './public-address.js';

/** Finds all addresses of a name; the system's resolver unless a test brings its own. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

const resolveBySystem: Resolve = (hostname) =>
  new Promise((resolve, reject) =>
    systemLookup(hostname, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );

function blocked(hostname: string): NotAskedError {
  return new NotAskedError(
    'blocked_address',
    `${hostname} is not a public address; this server does not connect to it`,
  );
}

/** Looks a name up and keeps public addresses only. What is connected to is what was checked, so rebinding gains nothing. */
function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const open = found.filter(({ address }) => isPublicAddress(address));
        const first = open[0];
        if (!first) callback(blocked(hostname), [], 0);
        else if (options.all) callback(null, open);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, [], 0),
    );
  };
}

/** Connects to `trusted` origins as they are, to everything else only where the address is public. */
export function guardedConnector(
  trusted: ReadonlySet<string>,
  timeoutMs: number,
  resolve: Resolve = resolveBySystem,
): buildConnector.connector {
  const plain = buildConnector({ timeout: timeoutMs });
  const guarded = buildConnector({ timeout: timeoutMs, lookup: guardedLookup(resolve) });
  return (options, callback) => {
    const { protocol, host, hostname } = options;
    if (trusted.has(`${protocol}//${host ?? hostname}`)) return plain(options, callback);
    const literal = hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) && !isPublicAddress(literal)) return callback(blocked(hostname), null);
    return guarded(options, callback);
  };
}
