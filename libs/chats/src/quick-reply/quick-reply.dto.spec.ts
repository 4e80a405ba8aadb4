import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { CreateQuickReplyDto } from './quick-reply.dto.js';

const order = (shortcut: string) =>
  plainToInstance(CreateQuickReplyDto, { shared: false, shortcut, texts: [{ language: 'en', text: 'Hello' }] });

it('a shortcut is kept in one form, whatever its case and however its accents were written', () => {
  const written = order(' E\u0301te\u0301 ');
  expect(validateSync(written)).toEqual([]);
  expect(written.shortcut).toBe('été');
});

/** Sorting accents takes the square of their number. */
it('one of nothing but accents is refused at once', () => {
  const began = performance.now();
  const errors = validateSync(order('a' + '\u0301\u0323'.repeat(100_000)));
  expect(errors.map(({ property }) => property)).toEqual(['shortcut']);
  expect(performance.now() - began).toBeLessThan(1_000);
});
