import { ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'ProblemError' })
class ProblemErrorDto {
  /**
   * JSON pointer into the request body, `?name` for a query parameter
   * @example "#/email"
   */
  pointer: string;
  /**
   * What is wrong there
   * @example "email must be an email"
   */
  detail: string;
}

@ApiSchema({ name: 'ProblemNamed' })
class ProblemNamedDto {
  id: string;
  /** @example "Ada Lovelace" */
  name: string;
}

@ApiSchema({ name: 'ProblemChat' })
class ProblemChatDto {
  id: string;
  /** @example "in_progress" */
  status: string;
  queue: ProblemNamedDto;
}

/** An error the caller can act on (RFC 9457); members beside the first six are of some kinds only. */
@ApiSchema({ name: 'Problem' })
export class ProblemDto {
  /**
   * Stable URI of the kind of problem
   * @example "urn:parley:problem:not_found"
   */
  type: string;
  /** @example "Not Found" */
  title: string;
  /** @example 404 */
  status: number;
  /**
   * A sentence for people
   * @example "There is no such chat."
   */
  detail: string;
  /**
   * Stable word, usable as a translation key
   * @example "not_found"
   */
  code: string;
  /**
   * The request's id, also in the `X-Request-Id` header
   * @example "019a9d4e-58a4-7c30-9f35-0e64d7c1b0aa"
   */
  requestId: string;
  /** What is wrong where; of `invalid` and the like */
  errors?: ProblemErrorDto[];
  /** Who holds the chat; of `already_accepted`, `not_owner`, `chat_moved` and `chat_open` */
  holder?: ProblemNamedDto | null;
  /** The open chat with the person, where the caller may see it; of `chat_open` */
  chat?: ProblemChatDto | null;
  /** Whose the identity is already; of `already_linked` */
  contactId?: string;
  /** How many there are; of `channel_has_open_chats` */
  openChats?: number;
  /** What became of the file’s content, such as `pending`, `failed` or `too_large`; of `not_stored` */
  state?: string;
  /** What the messenger would say, as a word; of `not_sendable` */
  reason?: string;
  /** From where to go on; of `resync_required` */
  cursor?: string;
  /** What the messenger calls its reason; of `messenger_refused` */
  messengerCode?: string;
  /** Seconds, as in `Retry-After`; of `messenger_busy` */
  retryAfter?: number;
}
