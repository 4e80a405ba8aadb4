import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

/** The wanted port, or any other where that one is taken. */
export async function freePort(host: string, wanted: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen(wanted, host);
    await once(probe, 'listening');
  } catch {
    return freePort(host, 0);
  }
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
