import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aPicture, aDocument, PNG } from '../apps/simulator/src/testing/samples.js';
import { anS3StandIn, type S3StandIn } from '../libs/attachments/src/testing/s3-stand-in.js';
import { aCustomer, anOpenChat, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';
import { upload } from './support/upload.js';

/** Real: the built server, PostgreSQL, sockets. Stand-ins: the bucket, which checks each signature; the messenger. */
let house: House;
let bucket: S3StandIn;

beforeAll(async () => {
  bucket = await anS3StandIn();
  const { endpoint, region, accessKey, secretKey } = bucket.options;
  house = await openDesk({
    env: {
      PARLEY_S3_ENDPOINT: endpoint,
      PARLEY_S3_BUCKET: bucket.options.bucket,
      PARLEY_S3_REGION: region,
      PARLEY_S3_ACCESS_KEY: accessKey,
      PARLEY_S3_SECRET_KEY: secretKey,
    },
  });
}, 120_000);
afterAll(async () => {
  await house?.close();
  await bucket?.close();
});

/** What lies in the bucket: each file's bytes, under a name that says nothing of it. */
const kept = () => [...bucket.objects.values()];

it('with a bucket in the configuration files lie there, both ways, and nowhere on the disk', async () => {
  const chat = await anOpenChat(house, aCustomer(house, 'telegram'));
  bucket.failing = 503;
  house.simulator.customerSendsFile({ ...chat.who, ...aPicture });
  await eventually(async () => (await chat.later()).length === 1);
  expect((await chat.later())[0]!.attachments[0]!.file).toMatchObject({ state: 'pending', url: null });
  bucket.failing = undefined;
  const { url } = await eventually(async () => {
    const file = (await chat.later())[0]!.attachments[0]!.file;
    return file?.state === 'stored' && file;
  }, 60_000);
  const shown = await fetch(house.server.url + url!);
  expect(Buffer.from(await shown.arrayBuffer())).toEqual(PNG);
  expect(shown.headers.get('content-type')).toBe('image/png');

  const { body } = await upload(chat.api, aDocument);
  expect(kept()).toEqual([PNG, aDocument.bytes]);
  for (const path of bucket.objects.keys()) expect(path).toMatch(/^\/parley-files\/[\w/-]{30,}$/);
  expect(await chat.send('Here it is', { attachments: [body.id] })).toMatchObject({ status: 201 });
  const sent = () =>
    house.simulator.conversation(chat.who).flatMap(({ from, files = [] }) => (from === 'business' ? files : []));
  await house.simulator.waitFor(() => sent().length === 1);
  expect(house.simulator.world.files.get(sent()[0]!.id)!.bytes).toEqual(aDocument.bytes);
  expect(filesOnDisk()).toEqual([]);
  expect(bucket.refusals).toEqual([]);
}, 120_000);

/** Below the folder of attachments: what is on its way in is put there and taken away. */
function filesOnDisk(): string[] {
  const folder = join(house.server.options.dataDir, 'attachments');
  if (!existsSync(folder)) return [];
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map(({ name }) => name);
}
