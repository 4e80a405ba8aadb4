import { Logger } from '@nestjs/common';
import { NotTaken } from './not-taken.js';

let lines: unknown[];

beforeEach(() => {
  jest.useFakeTimers();
  lines = [];
  jest.spyOn(Logger.prototype, 'error').mockImplementation((line: unknown) => void lines.push(line));
});
afterEach(() => jest.useRealTimers());

it('tells of the first at once, and of those of each second after it in one line', () => {
  const untaken = new NotTaken();
  untaken.add('gone');
  for (let n = 0; n < 300; n++) untaken.add('still gone');
  expect(lines).toEqual(['1 webhook calls were not taken: gone']);
  jest.advanceTimersByTime(1_000);
  expect(lines[1]).toBe('300 webhook calls were not taken: still gone');
  jest.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(2);
  untaken.add('gone again');
  expect(lines[2]).toBe('1 webhook calls were not taken: gone again');
});

it('tells of the rest when it ends, and of what comes even later at once', () => {
  const untaken = new NotTaken();
  untaken.add('gone');
  for (let n = 0; n < 3; n++) untaken.add('still gone');
  untaken.end();
  expect(lines[1]).toBe('3 webhook calls were not taken: still gone');
  jest.advanceTimersByTime(10_000);
  expect(lines).toHaveLength(2);
  untaken.add('late');
  expect(lines[2]).toBe('1 webhook calls were not taken: late');
});
