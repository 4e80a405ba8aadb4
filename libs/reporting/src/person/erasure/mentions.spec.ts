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
