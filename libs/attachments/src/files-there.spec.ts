import { rename } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { AttachmentsOptions } from './attachments-options.js';
import { FetchJob } from './fetch-job.js';
import { FilesThere } from './files-there.js';
import { type AttachmentsHouse, openAttachmentsHouse } from './testing/attachments-house.js';
import { PNG } from './testing/carrier.js';

let house: AttachmentsHouse;

beforeAll(async () => {
  house = await openAttachmentsHouse();
  house.carrier.answer = () => house.carrier.brings(PNG);
});
afterAll(() => house.close());

test('a start says at once when the database is there and its files are not', async () => {
  const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  const looked = async () => {
    warn.mockClear();
    await house.get(FilesThere).look();
    return warn.mock.calls.map(([message]) => message as string);
  };
  expect(await looked()).toEqual([]);
  for (let number = 0; number < 2; number++) await house.get(FetchJob).run({ id: (await house.expect()).id });
  expect(await looked()).toEqual([]);

  const { directory } = house.get(AttachmentsOptions);
  await rename(directory, `${directory}.away`);
  const said = await looked();
  await rename(`${directory}.away`, directory);
  expect(said).toEqual([expect.stringMatching(/^None of the last 2 files .* \(ENOENT\)\. After a restore/)]);
  expect(await looked()).toEqual([]);
});
