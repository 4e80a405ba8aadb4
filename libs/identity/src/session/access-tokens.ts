import { Injectable } from '@nestjs/common';
import { decodeJwt, jwtVerify, SignJWT } from 'jose';
import { isId, KeyRing } from '#database';

const ALGORITHM = 'HS256';
const ISSUER = 'parley';
const AUDIENCE = 'parley-api';

/** Seconds an access token lives. */
export const ACCESS_TOKEN_SECONDS = 15 * 60;

/** Short-lived signed tokens that name a session. Whether the session still stands is asked elsewhere. */
@Injectable()
export class AccessTokens {
  private readonly key: Uint8Array;

  constructor(keyRing: KeyRing) {
    this.key = keyRing.derive('access-tokens');
  }

  issue(session: { readonly id: string; readonly userId: string }): Promise<string> {
    return new SignJWT({ sid: session.id })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(session.userId)
      .setIssuedAt()
      .setExpirationTime(`${ACCESS_TOKEN_SECONDS}s`)
      .sign(this.key);
  }

  /** The session a token names, or undefined when it is not one of ours or too old. */
  async sessionOf(token: string): Promise<string | undefined> {
    try {
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        typ: 'at+jwt',
        requiredClaims: ['exp', 'sub', 'sid'],
      });
      return isId(payload.sid) ? payload.sid : undefined;
    } catch {
      return undefined;
    }
  }

  /** When a token that was verified before ends. */
  expiryOf(token: string): Date {
    const { exp } = decodeJwt(token);
    return new Date((exp ?? 0) * 1_000);
  }
}
