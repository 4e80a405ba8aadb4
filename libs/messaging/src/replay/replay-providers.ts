import { Reception } from './reception.js';
import { ReplayRepository } from './replay.repository.js';
import { Replayer } from './replayer.js';
import { Replays } from './replays.js';

/** All that takes events in again. */
export const REPLAY = [Reception, Replayer, ReplayRepository, Replays];
