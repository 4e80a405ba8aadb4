import { mentions } from './mentions.js';

const known = [
  { messenger: 'telegram', scope: '', externalId: '7113526489' },
  { messenger: 'http', scope: '', externalId: 'a.b@example.com' },
];

it.each([
  [{ message: { from: { id: 7113526489 } } }],
  [{ entry: [{ messaging: [{ sender: { id: '7113526489' } }] }] }],
  [['7113526489:55', {}]],
  ['["","7113526489"]'],
  [{ note: 'from a.b@example.com!' }],
  [{ '7113526489': 'as a key' }],
])('finds the person in %j', (value) => {
  expect(mentions(value, known)).toBe(true);
});

it.each([[{ id: 71135264891 }], [{ id: '17113526489' }], ['xa.b@example.comx'], [null], [{}], [[1, 'x', true]]])(
  'does not find the person in %j',
  (value) => {
    expect(mentions(value, known)).toBe(false);
  },
);

describe('an id so short that much else looks like it', () => {
  const seven = [{ messenger: 'http', scope: '', externalId: '7' }];

  it.each([
    [{ sender: { externalId: '7' } }],
    [{ message: { from: { id: 7 } } }],
    [{ user_id: '7' }],
    [['7:55', {}]],
    ['["","7"]'],
  ])('is found where it is an id: %j', (value) => {
    expect(mentions(value, seven)).toBe(true);
  });

  it.each([
    [{ sender: { externalId: '70' }, text: 'I want 7 lamps' }],
    [{ sender: { externalId: '8' }, text: '7' }],
    [{ sender: { externalId: '8' }, attachments: [{ size: 7 }] }],
    [{ entities: [{ offset: 0, length: 7 }] }],
    [{ choices: ['6', '7', '8'] }],
  ])('is not found where it is something else: %j', (value) => {
    expect(mentions(value, seven)).toBe(false);
  });
});
