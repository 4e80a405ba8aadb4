import { ArrayMinSize, ArrayUnique, IsArray } from 'class-validator';
import { ProblemValidationPipe } from './validation.pipe.js';

class Wish {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayUnique()
  sources: unknown[];
}

it.each([
  [[], 'sources must not be empty'],
  [['a', 'a'], 'sources must not have the same element twice'],
  ['a', 'sources must be an array'],
  [undefined, 'sources is missing'],
])('says of %j what a person would say', async (sources, detail) => {
  const checked = new ProblemValidationPipe().transform({ sources }, { type: 'body', metatype: Wish });
  await expect(checked).rejects.toMatchObject({ statusCode: 422, pointers: [{ pointer: '#/sources', detail }] });
});
