import { createServer, type ServerResponse } from 'node:http';

/**
 * The floor under every event stream: a POST's body is written to all who listen, as an event, then the POST is answered.
 * Checks nothing, stores nothing, remembers nothing.
 */
const listeners = new Set<ServerResponse>();
let number = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' }).flushHeaders();
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = `id: ${++number}\nevent: message.received\ndata: ${Buffer.concat(chunks).toString()}\n\n`;
    for (const listener of listeners) listener.write(text);
    response.writeHead(200, { 'content-length': 0 }).end();
  });
});

server.listen(Number(process.argv[2]), '127.0.0.1');
