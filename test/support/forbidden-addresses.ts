import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** Addresses that lead into this machine or its network, in all the ways to write them; where a port is named, to this one. */
export function forbiddenAddresses(port: number): string[] {
  return [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://127.0.0.1.:${port}/`,
    `https://2130706433:${port}/`,
    `https://0x7f000001:${port}/`,
    `https://0177.0.0.1:${port}/`,
    `https://127.1:${port}/`,
    `https://[::1]:${port}/`,
    `https://[::ffff:127.0.0.1]:${port}/`,
    `https://[::ffff:7f00:1]:${port}/`,
    `https://[64:ff9b::7f00:1]:${port}/`,
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    `https://localhost:${port}/`,
    `https://LOCALHOST.:${port}/`,
    `https://crm.localhost:${port}/`,
    `https://０.０.０.０:${port}/`,
    `https://0:${port}/`,
    'https://10.0.0.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://192.168.1.1/',
    `https://user:pass@127.0.0.1:${port}/`,
    `https://example.com@127.0.0.1:${port}/`,
    `http://localhost:${port}/`,
    `ftp://127.0.0.1:${port}/`,
    'file:///etc/passwd',
    `gopher://127.0.0.1:${port}/_FLUSHALL`,
    'javascript:alert(1)',
    'data:text/plain,x',
    `//127.0.0.1:${port}/`,
    `https:\\\\127.0.0.1:${port}\\`,
    `https://127.0.0.1:${port}\t/`,
  ];
}

/** Something on loopback, by both families where the machine has both, that nobody may connect to. */
export async function aTrap() {
  const sockets = new Set<Socket>();
  let caught = 0;
  const server = createServer((socket) => {
    caught += 1;
    sockets.add(socket);
    socket.on('error', () => undefined).end();
  });
  server.listen(0, '::').once('error', () => server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    caught: () => caught,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
