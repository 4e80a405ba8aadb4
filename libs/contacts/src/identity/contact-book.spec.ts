import { newId } from '#database';
import { ContactBook, type KnownSender } from '../index.js';
import { type ContactsHouse, openContactsHouse } from '../testing/contacts-house.js';

let house: ContactsHouse;
let book: ContactBook;
const channelId = newId();

beforeAll(async () => {
  house = await openContactsHouse({ poolSize: 20 });
  book = house.get(ContactBook);
});
afterAll(() => house.close());

function aSender({ externalId = newId(), ...others }: Partial<KnownSender> = {}): KnownSender {
  return { messenger: 'pigeon', scope: '', externalId, channelId, ...others };
}

function identify(...senders: KnownSender[]) {
  return house.database.transaction((tx) => book.identify(tx, senders));
}

/** What is stored of a person: every identity, with the contact that it names. */
function stored(externalId: string) {
  return house.database.rows<{ id: string; contact: string | null; name: string | null }>(
    'SELECT i.id, c.id AS contact, c.name FROM identities i LEFT JOIN contacts c ON c.id = i.contact_id WHERE external_id = $1',
    [externalId],
  );
}

async function countContacts(): Promise<number> {
  const counted = await house.database.row<{ count: number }>('SELECT count(*)::int AS count FROM contacts');
  return counted!.count;
}

it('gives a new person an identity and a contact, and finds both again', async () => {
  const sender = aSender({ name: '  Anna\n Schmidt ' });
  const first = await identify(sender);
  expect(await identify(sender)).toEqual(first);
  expect(await stored(sender.externalId)).toEqual([
    { id: first[0]!.identityId, contact: first[0]!.contactId, name: 'Anna Schmidt' },
  ]);
});

it('answers in the order given, with known, new and repeated people mixed', async () => {
  const [known, fresh, other] = [aSender(), aSender(), aSender()];
  const [before] = await identify(known);
  const [a, b, c, d, e] = await identify(fresh, known, fresh, other, known);
  expect([b, e]).toEqual([before, before]);
  expect(a).toEqual(c);
  expect(new Set([a, b, d].map((one) => one!.identityId)).size).toBe(3);
});

it('keeps the same id apart by messenger and by scope', async () => {
  const externalId = newId();
  const senders = [
    aSender({ externalId }),
    aSender({ externalId, messenger: 'owl' }),
    aSender({ externalId, messenger: 'owl', scope: 'page-1' }),
    aSender({ externalId, messenger: 'owl', scope: 'page-2' }),
  ];
  const identified = await identify(...senders);
  expect(new Set(identified.map(({ contactId }) => contactId)).size).toBe(4);
});

it('takes the name from whichever event of the batch carries it', async () => {
  const externalId = newId();
  await identify(
    aSender({ externalId }),
    aSender({ externalId, name: 'Ben' }),
    aSender({ externalId, name: 'Benjamin' }),
  );
  expect(await stored(externalId)).toMatchObject([{ name: 'Ben' }]);
});

it('has the names of new people without one looked up, once, and of nobody else', async () => {
  const [nameless, named] = [aSender(), aSender({ name: 'Ben' })];
  const [first, second] = await identify(nameless, named, nameless);
  await identify(nameless);
  const ours = (await house.profileJobs()).filter(({ identityId }) =>
    [first!.identityId, second!.identityId].includes(identityId),
  );
  expect(ours).toEqual([{ identityId: first!.identityId, channelId }]);
});

it('leaves one identity and one contact when 20 first messages of one person come at once', async () => {
  for (let round = 0; round < 10; round++) {
    const before = await countContacts();
    const sender = aSender();
    const answers = await Promise.all(Array.from({ length: 20 }, () => identify(sender)));
    const [person, ...others] = await stored(sender.externalId);
    expect(others).toEqual([]);
    expect(answers.flat()).toEqual(Array(20).fill({ identityId: person!.id, contactId: person!.contact }));
    expect(await countContacts()).toBe(before + 1);
  }
});

it('takes batches with the same new people in opposite orders at once, without a deadlock', async () => {
  let runs = 0;
  const counted = (senders: readonly KnownSender[]) =>
    house.database.transaction((tx) => {
      runs++;
      return book.identify(tx, senders);
    });
  for (let round = 0; round < 10; round++) {
    const people = Array.from({ length: 256 }, () => aSender());
    const [one, other] = await Promise.all([counted(people), counted([...people].reverse())]);
    expect(one).toEqual([...other].reverse());
  }
  expect(runs).toBe(20);
});

it('takes the place of a first one whose transaction fails', async () => {
  const sender = aSender();
  let second: Promise<unknown> = Promise.resolve();
  const first = house.database.transaction(async (tx) => {
    await book.identify(tx, [sender]);
    second = identify(sender);
    throw new Error('the batch failed');
  });
  await expect(first).rejects.toThrow('the batch failed');
  await second;
  expect(await stored(sender.externalId)).toMatchObject([{ contact: expect.any(String) as string }]);
});

it('keeps ids as they are, however odd', async () => {
  const odd = ['9007199254740993', '007', "'; DROP TABLE contacts; --", '{"a":1}', 'ü🎉', ' ', 'NULL', '\\"'];
  const identified = await identify(...odd.map((externalId) => aSender({ externalId, scope: 'odd' })));
  for (const [index, externalId] of odd.entries()) {
    expect(await book.recipientOf(house.database, identified[index]!.identityId)).toEqual({ scope: 'odd', externalId });
  }
});

it('knows whom an answer goes to, within a transaction and outside of one', async () => {
  const sender = aSender({ scope: 'page-1' });
  const [{ identityId } = { identityId: '' }] = await identify(sender);
  const recipient = { scope: 'page-1', externalId: sender.externalId };
  expect(await book.recipientOf(house.database, identityId)).toEqual(recipient);
  expect(await house.database.transaction((tx) => book.recipientOf(tx, identityId))).toEqual(recipient);
  expect(await book.recipientOf(house.database, newId())).toBeUndefined();
});

it('needs no statement for nobody, and one for people it knows', async () => {
  expect(await identify()).toEqual([]);
  const people = Array.from({ length: 256 }, () => aSender());
  await identify(...people);
  const statements = await house.database.transaction(async (tx) => {
    const client = (await tx.queryRunner!.connect()) as { query: (...args: unknown[]) => unknown };
    let count = 0;
    const original = client.query;
    client.query = (...args) => {
      count++;
      return original.apply(client, args);
    };
    await book.identify(tx, people);
    client.query = original;
    return count;
  });
  expect(statements).toBe(1);
});
