import { isIP } from 'node:net';

/**
 * Whose an address is, as far as it tells: of IPv4 the address, of IPv6 the 64 bits in front, behind which one and the same
 * house has as many addresses as it likes.
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  // The one way to write it: small letters, no leading zeros, no dots.
  const { hostname } = new URL(`http://[${address.replace(/%.*$/s, '')}]`);
  const [front = '', back] = hostname.slice(1, -1).split('::');
  const [before, after] = [front, back ?? ''].map((part) => part.split(':').filter((group) => group !== '')) as [
    string[],
    string[],
  ];
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return isMapped(groups) ? inDots(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`;
}

/** How IPv4 looks where the server listens on IPv6. */
function isMapped(groups: readonly string[]): boolean {
  return groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
}

function inDots(groups: readonly string[]): string {
  return groups.map((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255].join('.')).join('.');
}
