import { breakingChanges, type Document } from './breaking-changes.js';

const before: Document = {
  paths: {
    '/v1/things': {
      get: {
        operationId: 'listThings',
        parameters: [{ name: 'limit', in: 'query' }],
        responses: { 200: {} },
      },
      post: {
        operationId: 'createThing',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/CreateThing' } } },
        },
        responses: { 201: {} },
      },
    },
  },
  components: {
    schemas: {
      CreateThing: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
      Thing: { type: 'object', required: ['name'], properties: { name: { type: 'string' }, size: { type: 'number' } } },
      ThingMade: { properties: { data: { type: 'object', properties: { colour: { type: 'string' } } } } },
    },
  },
};

function changed(change: (document: Document & Record<string, unknown>) => void): string[] {
  const after = structuredClone(before) as Document & Record<string, unknown>;
  change(after);
  return breakingChanges(before, after);
}

type Mutable = Record<string, Record<string, Record<string, Record<string, unknown>>>>;

it('finds nothing in what only adds', () => {
  expect(changed(() => undefined)).toEqual([]);
  expect(
    changed(({ paths, components }) => {
      Object.assign(paths, { '/v1/more': { get: { responses: {} } } });
      Object.assign(components?.schemas?.Thing?.properties ?? {}, { colour: { type: 'string' } });
      Object.assign(components?.schemas?.Thing ?? {}, { required: ['name', 'colour'] });
    }),
  ).toEqual([]);
});

it.each<[string, (document: Mutable) => void]>([
  ['GET /v1/things is gone', ({ paths }) => delete paths?.['/v1/things']?.get],
  ['changed its operationId', ({ paths }) => Object.assign(paths?.['/v1/things']?.get ?? {}, { operationId: 'x' })],
  ['no longer takes query limit', ({ paths }) => Object.assign(paths?.['/v1/things']?.get ?? {}, { parameters: [] })],
  [
    'now requires header Key',
    ({ paths }) =>
      Object.assign(paths?.['/v1/things']?.post ?? {}, { parameters: [{ name: 'Key', in: 'header', required: true }] }),
  ],
  ['no longer answers 201', ({ paths }) => Object.assign(paths?.['/v1/things']?.post ?? {}, { responses: {} })],
  ['Thing.size is gone', ({ components }) => delete (components?.schemas?.Thing?.properties as Mutable).size],
  [
    'ThingMade.data.colour is gone',
    ({ components }) =>
      Object.assign(components?.schemas?.ThingMade ?? {}, { properties: { data: { type: 'object' } } }),
  ],
  [
    'Thing.size is now string | null, not number',
    ({ components }) =>
      Object.assign(components?.schemas?.Thing?.properties ?? {}, { size: { type: ['string', 'null'] } }),
  ],
  [
    'CreateThing.name2 is now required',
    ({ components }) => Object.assign(components?.schemas?.CreateThing ?? {}, { required: ['name', 'name2'] }),
  ],
])('finds: %s', (sentence, change) => {
  expect(changed((document) => change(document as unknown as Mutable))).toEqual([expect.stringContaining(sentence)]);
});
