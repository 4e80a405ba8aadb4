import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { KeyRing } from '#database';

/** A link holds for one to two of these; within one of them it stays the same, so that browsers keep what they fetched. */
const WINDOW_SECONDS = 15 * 60;
const LASTING_SECONDS = 365 * 86_400;

/** What a link carries in its query. */
export interface Link {
  readonly expires?: string;
  readonly signature?: string;
}

/** Addresses that open one attachment for a short time, for `<img src>` and the like, which cannot send a header. */
@Injectable()
export class SignedLinks {
  private readonly key: Buffer;

  constructor(keys: KeyRing) {
    this.key = keys.derive('attachment links');
  }

  pathOf(id: string, now = Date.now()): string {
    const expires = (Math.floor(now / 1_000 / WINDOW_SECONDS) + 2) * WINDOW_SECONDS;
    return `/v1/attachments/${id}?${this.queryOf(id, expires)}`;
  }

  /** The same for a year, for networks and phones that fetch what we send. The path ends with the name, which some of them judge the file by. */
  lastingPathOf(id: string, name: string, now = Date.now()): string {
    const expires = Math.floor(now / 1_000) + LASTING_SECONDS;
    return `/v1/attachments/${id}/${encodeURIComponent(name)}?${this.queryOf(id, expires)}`;
  }

  /** Whether the link was made by us, for this attachment, and still holds. In constant time. */
  isValid(id: string, { expires = '', signature = '' }: Link, now = Date.now()): boolean {
    if (!/^\d{1,12}$/.test(expires)) return false;
    const [given, ours] = [Buffer.from(signature, 'base64url'), this.signatureOf(id, Number(expires))];
    return given.length === ours.length && timingSafeEqual(given, ours) && Number(expires) * 1_000 > now;
  }

  private queryOf(id: string, expires: number): string {
    return `expires=${expires}&signature=${this.signatureOf(id, expires).toString('base64url')}`;
  }

  private signatureOf(id: string, expires: number): Buffer {
    return createHmac('sha256', this.key).update(`${id}.${expires}`).digest();
  }
}
