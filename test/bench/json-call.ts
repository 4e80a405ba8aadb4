import { request, type Agent } from 'node:http';

/** A call over the agent's connections, a POST where there is a body; what it answers, which must be a 2xx. */
export function jsonCall(url: string, agent: Agent, bearer = '', body?: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const bytes = body && Buffer.from(JSON.stringify(body));
    const headers = {
      ...(bearer && { authorization: `Bearer ${bearer}` }),
      ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }),
    };
    const call = request(url, { method: bytes ? 'POST' : 'GET', headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode! < 300) resolve(text);
        else reject(new Error(`${url} answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    call.on('error', reject);
    call.end(bytes);
  });
}
