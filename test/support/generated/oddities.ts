import fc from 'fast-check';
import type { GeneratedRequest } from './request.js';
import type { Draw } from './values.js';

type Change = (request: GeneratedRequest) => Partial<GeneratedRequest>;

const query =
  (text: string): Change =>
  ({ target }) => ({ target: `${target}${target.includes('?') ? '&' : '?'}${text}` });

const header =
  (name: string, value: string): Change =>
  ({ headers }) => ({ headers: { ...headers, [name]: value } });

/** A parameter of the operation, written as it should not be. */
const named =
  (write: (name: string) => string): Change =>
  (request) =>
    query(write(request.operation.parameters.find((one) => one.in === 'query')?.name ?? 'limit'))(request);

const ODDITIES: Readonly<Record<string, Change>> = {
  'a parameter twice': named((name) => `${name}=1&${name}=2`),
  'a parameter as a list': named((name) => `${name}[]=1`),
  'a parameter as an object': named((name) => `${name}[b]=1`),
  'a parameter named __proto__': query('__proto__=1&__proto__[x]=1'),
  'a parameter named constructor': query('constructor=1&toString=2&hasOwnProperty=3'),
  'broken encoding in the query': named((name) => `${name}=%zz%`),
  'bytes that are no UTF-8 in the query': named((name) => `${name}=%ff%fe`),
  'NUL in the query': named((name) => `${name}=a%00b`),
  'a parameter without a value': named((name) => name),
  'a thousand parameters': query(Array.from({ length: 1_000 }, (_, n) => `p${n}=1`).join('&')),
  'a condition on a tag': header('if-match', '"x"'),
  'a condition on any tag': header('if-none-match', '*'),
  'a condition on a day': header('if-modified-since', 'Tue, 01 Dec 2099 00:00:00 GMT'),
  'a condition on an absurd day': header('if-unmodified-since', 'yesterday'),
  'a part of the answer': header('range', 'bytes=5-2,7-'),
  'another part of the answer': header('range', 'bytes=0-0'),
  'an absurd request id': header('x-request-id', '<script>'.repeat(40)),
  'a wish for another form': header('accept', 'application/xml;q=0.1'),
  'a wish that is no form': header('accept', '////,,;q=x'),
  'a wish for another encoding': header('accept-encoding', 'br;q=nonsense, *;q=0'),
  'a packed body': header('content-encoding', 'gzip'),
  'another method in a header': header('x-http-method-override', 'DELETE'),
  'another way of signing in': header('authorization', 'Basic YWRtaW46YWRtaW4='),
  'a token of nonsense': header('authorization', 'Bearer ..\u00e9..'),
  'a token of a stranger': header('authorization', `Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.`),
  'an address in capitals': ({ target }) => ({ target: target.replace('/v1', '/V1') }),
  'a slash too many': ({ target }) => ({ target: target.replace(/^[^?]*/, '$&/') }),
  'a path with NUL': ({ target }) => ({ target: target.replace(/^[^?]*/, '$&%00') }),
  'a very long address': query(`x=${'y'.repeat(9_000)}`),
  'a body twice as long as said': ({ body }) => ({ body: body && Buffer.concat([body, Buffer.from(' '.repeat(64))]) }),
  'control characters': ({ body }) => ({
    body: body && Buffer.from(body.toString().replace(/:"([^"\\]*)"/, ':"$1\\u0007\\u001b[31m\\u0085"')),
  }),
  'a property twice': ({ body }) => ({
    body: body && Buffer.from(body.toString().replace(/^\{("[^"]+":)/, '{$1null,$1')),
  }),
  'a mark of byte order': ({ body }) => ({ body: body && Buffer.concat([Buffer.from('\ufeff'), body]) }),
  'a body where none is read': ({ body, headers }) =>
    body ? {} : { body: Buffer.from('{"a":1}'), headers: { ...headers, 'content-type': 'application/json' } },
  'a body of text where none is read': ({ body, headers }) =>
    body ? {} : { body: Buffer.from('x'), headers: { ...headers, 'content-type': 'text/plain' } },
};

/** A request nobody should send, and the document does not speak of. */
export function odd(request: GeneratedRequest, draw: Draw): GeneratedRequest {
  const what = draw(fc.constantFrom(...Object.keys(ODDITIES)));
  return { ...request, ...ODDITIES[what]!(request), kind: 'odd', faults: [what] };
}
