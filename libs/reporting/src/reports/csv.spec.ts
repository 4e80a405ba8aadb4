import { csvOf } from './csv.js';

const csv = (cells: Record<string, string | number | boolean | null>, options = {}) =>
  [...csvOf(Object.keys(cells), [cells], options)].join('');

it('names the columns, quotes what needs it, and ends each line with CR LF', () => {
  const cells = { name: 'Smith, "Bob"\nJr.', size: 1.5, none: null, yes: true, 'a,b': 'Füße' };
  expect(csv(cells)).toBe('name,size,none,yes,"a,b"\r\n"Smith, ""Bob""\nJr.",1.5,,true,Füße\r\n');
});

it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=HYPERLINK("http://x","y")'])(
  'disarms %j',
  (cell) => {
    const [, line] = csv({ name: cell }).split(/\r\n(?=')|\r\n(?="')/);
    expect(line!.replace(/^"/, '').startsWith(`'${cell[0]}`)).toBe(true);
  },
);

it('leaves numbers as they are, the negative too', () => {
  expect(csv({ change: -3 })).toBe('change\r\n-3\r\n');
});

it('begins with a byte order mark where it is wanted', () => {
  expect(csv({ a: 'b' }, { bom: true })).toBe('\ufeffa\r\nb\r\n');
});

it('gives many rows in pieces', () => {
  const rows = Array.from({ length: 1_200 }, (_, number) => ({ number }));
  const pieces = [...csvOf(['number'], rows)];
  expect(pieces).toHaveLength(4);
  expect(pieces.join('').split('\r\n')).toHaveLength(1_202);
});
