/** What was found at an address. */
export interface Downloaded {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

const LOOPBACK = /^(127(\.\d{1,3}){3}|\[::1\]|localhost)$/;
const TIMEOUT_MS = 10_000;

/** Fetches what a business gave only an address of. On loopback alone: other hosts count as unreachable. */
export async function download(address: string): Promise<Downloaded | undefined> {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (!/^https?:$/.test(url.protocol) || !LOOPBACK.test(url.hostname)) return undefined;
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return undefined;
    const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
    const name = url.pathname.split('/').at(-1) ?? '';
    return { name: decodeName(name), type, bytes: Buffer.from(await response.arrayBuffer()) };
  } catch {
    return undefined;
  }
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name) || 'file';
  } catch {
    return name;
  }
}
