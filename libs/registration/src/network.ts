import { Logger } from '@nestjs/common';
import { Problem } from '#api-kit';
import { faultOf, inTime, type AccountPicture, type ConnectVerdict } from '#messenger-kit';

const logger = new Logger('Registration');

/** Longer than the calls of any question together. */
const PATIENCE_MS = 3 * 60_000;

export type Connected = Extract<ConnectVerdict, { kind: 'connected' }>;

/** With what the account looks like, as far as that could be told. */
export type Pictured = Connected & { readonly picture?: AccountPicture };

/**
 * Puts a question to a messenger's network: Problem 502 when it could not be asked. What went wrong is logged without its
 * words, because a message may quote the address, and some addresses hold credentials.
 */
export async function asked<Answer>(messenger: string, question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await inTime(question(), PATIENCE_MS);
  } catch (error) {
    logger.warn(`The network of ${messenger} could not be asked: ${faultOf(error)}`);
    throw new Problem(
      502,
      'messenger_unreachable',
      `The network of ${messenger} could not be reached. Try again later.`,
    );
  }
}

/** The network's no becomes Problem 422 with the messenger's own code and sentence. */
export function accepted(verdict: ConnectVerdict): Connected {
  if (verdict.kind === 'connected') return verdict;
  const { code, sentence } = verdict;
  const pointer = code === 'in_use_elsewhere' ? '#/takeOver' : '#/credentials';
  throw new Problem(422, code, sentence, {}, [{ pointer, detail: sentence }]);
}
