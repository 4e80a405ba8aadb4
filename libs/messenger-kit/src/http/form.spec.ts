import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { encodeForm, type FormPart } from './form.js';
import { GuardedHttp } from './guarded-http.js';

async function parsed(parts: readonly FormPart[]): Promise<FormData> {
  const { contentType, body } = encodeForm(parts);
  return new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
}

test('fields and files come out as they went in, names in UTF-8', async () => {
  const form = await parsed([
    { name: 'chat_id', value: '42' },
    { name: 'text', value: 'größe\r\n--form' },
    { name: 'photo', content: Buffer.from([0, 255, 13, 10]), fileName: 'Übersicht 图.png', mimeType: 'image/png' },
  ]);
  expect([form.get('chat_id'), form.get('text')]).toEqual(['42', 'größe\r\n--form']);
  const file = form.get('photo') as File;
  expect([file.name, file.type]).toEqual(['Übersicht 图.png', 'image/png']);
  expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.from([0, 255, 13, 10]));
});

test.each(['a"; filename="x', 'a\r\nx-evil: 1\r\n\r\nbody', 'a\0b'])('the name %j adds no header', async (evil) => {
  const part = { name: evil, content: Buffer.from('x'), fileName: evil, mimeType: `text/plain\r\nx-evil: 1` };
  const { body } = encodeForm([part]);
  const head = body.toString().split('\r\n\r\n')[0] ?? '';
  expect(head.split('\r\n')).toHaveLength(3);
  expect(head).not.toMatch(/^x-evil/m);
  expect(head).toContain('content-type: application/octet-stream');
  expect([...(await parsed([part])).keys()]).toHaveLength(1);
});

test('forms and streams arrive as a POST and a PUT', async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      seen.push(`${request.method} ${request.headers['content-type']} ${request.headers['content-length']} ${body}`);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
  const http = new GuardedHttp({ trustedOrigins: [url] });
  await http.request({ method: 'POST', url, form: [{ name: 'a', value: 'b' }] });
  const content = { body: Readable.from([Buffer.from('some'), Buffer.from('thing')]), length: 9 };
  await http.request({ method: 'PUT', url, content, headers: { 'content-type': 'text/plain' } });
  await http.close();
  server.close();
  expect(seen[0]).toMatch(/^POST multipart\/form-data; boundary=\S+ \d+ .*name="a"\r\n\r\nb\r\n/s);
  expect(seen[1]).toBe('PUT text/plain 9 something');
});
