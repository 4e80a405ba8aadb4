import { isIP } from 'node:net';
import { isPublicAddress } from '#messenger-kit';

const LONGEST = 2_000;

export type Endpoint = { readonly url: URL } | { readonly code: string; readonly sentence: string };

/** The integrator's address: https on the public internet, or of an origin the configuration allows. */
export function endpointOf(text: string, allowedOrigins: ReadonlySet<string>): Endpoint {
  const url = text.length <= LONGEST && URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    return refused('url_malformed', 'This is no address: it begins with https:// and carries no user name.');
  }
  if (allowedOrigins.has(url.origin)) return { url };
  const { hostname, protocol } = url;
  if (protocol !== 'https:') return refused('url_not_https', `Messages go out by https only, unless ${ALLOW}.`);
  const literal = hostname.replace(/^\[|\]$/g, '');
  if (/(^|\.)localhost\.?$/.test(hostname) || (isIP(literal) && !isPublicAddress(literal))) {
    return refused('url_not_public', `This address is not on the public internet. It can be used where ${ALLOW}.`);
  }
  return { url };
}

const ALLOW = 'PARLEY_HTTP_ALLOWED_ORIGINS names the origin';

function refused(code: string, sentence: string): { code: string; sentence: string } {
  return { code, sentence };
}
