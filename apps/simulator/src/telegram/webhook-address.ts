import { BlockList, isIP } from 'node:net';
import { lookup } from 'node:dns/promises';
import { badRequest } from './telegram-error.js';

const PORTS = new Set(['', '80', '88', '443', '8443']);

const RESERVED = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  RESERVED.addSubnet(network, bits);
}
RESERVED.addAddress('::1', 'ipv6');
RESERVED.addSubnet('fc00::', 7, 'ipv6');
RESERVED.addSubnet('fe80::', 10, 'ipv6');

/** Refuses an address Telegram's own servers refuse. */
export async function checkOfficialAddress(address: string): Promise<void> {
  const url = new URL(address);
  if (url.protocol !== 'https:') throw badWebhook('An HTTPS URL must be provided for webhook');
  if (!PORTS.has(url.port)) throw badWebhook('Webhook can be set up only on ports 80, 88, 443 or 8443');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const ip = isIP(host) ? host : await resolved(host);
  if (ip === undefined) throw badWebhook('Failed to resolve host: Name or service not known');
  if (RESERVED.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')) throw badWebhook(`IP address ${ip} is reserved`);
}

async function resolved(host: string): Promise<string | undefined> {
  if (host === 'localhost') return '127.0.0.1';
  return lookup(host).then(
    ({ address }) => address,
    () => undefined,
  );
}

const badWebhook = (what: string) => badRequest(`bad webhook: ${what}`);
