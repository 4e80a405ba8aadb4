import type { Audience, EventType } from '../event-map.js';
import type { Position } from './position.js';

export interface StoredEvent {
  readonly position: Position;
  readonly type: EventType;
  readonly at: Date;
  readonly chatId: string | null;
  readonly seq: number | null;
  readonly audience: Audience;
  readonly data: unknown;
}
