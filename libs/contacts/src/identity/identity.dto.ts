import { IsUUID } from 'class-validator';
import { NotBlank, Omittable, Trimmed } from '#api-kit';
import { Text } from '../contact/given.js';

export class GuestContact {
  /**
   * Else what the messenger calls the person
   * @example Anna Schmidt
   */
  @Omittable()
  @Trimmed()
  @Text(200, { lines: 1 })
  @NotBlank()
  name?: string;
}

export class IdentityLink {
  /**
   * Who the person is
   * @example 01939a3e-7c1e-7b6a-9a53-0242ac120003
   */
  @IsUUID()
  contactId: string;
}
