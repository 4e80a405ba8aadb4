import { generateKeyPairSync, sign } from 'node:crypto';

/** Tags of X.690. */
const [INTEGER, BITS, OCTETS, OID, UTF8, TIME, SEQUENCE, SET] = [
  0x02, 0x03, 0x04, 0x06, 0x0c, 0x17, 0x30, 0x31,
] as const;
const [VERSION, EXTENSIONS, IP_ADDRESS] = [0xa0, 0xa3, 0x87] as const;
const [COMMON_NAME, ALTERNATIVE_NAMES, ECDSA_WITH_SHA256] = ['550403', '551d11', '2a8648ce3d040302'] as const;
const DAY_MS = 86_400_000;

/** A key and a certificate for this IPv4 address, signed by itself and good for two days, both as PEM. Node makes keys, but no certificates. */
export function certificateFor(address: string): { readonly key: string; readonly certificate: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, der(OID, hex(ECDSA_WITH_SHA256)));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, hex(COMMON_NAME)), der(UTF8, Buffer.from(address)))));
  const alternatives = der(SEQUENCE, der(IP_ADDRESS, Buffer.from(address.split('.').map(Number))));
  const content = der(
    SEQUENCE,
    der(VERSION, der(INTEGER, hex('02'))),
    der(INTEGER, hex('01')),
    algorithm,
    name,
    der(SEQUENCE, timeOf(Date.now() - DAY_MS), timeOf(Date.now() + DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXTENSIONS, der(SEQUENCE, der(SEQUENCE, der(OID, hex(ALTERNATIVE_NAMES)), der(OCTETS, alternatives)))),
  );
  const signature = der(BITS, hex('00'), sign('sha256', content, privateKey));
  const lines = der(SEQUENCE, content, algorithm, signature)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const hex = (digits: string) => Buffer.from(digits, 'hex');

/** `YYMMDDhhmmssZ` */
function timeOf(moment: number): Buffer {
  const digits = new Date(moment).toISOString().slice(2, 19).replace(/\D/g, '');
  return der(TIME, Buffer.from(`${digits}Z`));
}
