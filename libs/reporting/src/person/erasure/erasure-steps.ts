import { EraseFiles } from './erase-files.js';
import { EraseMessages } from './erase-messages.repository.js';
import {
  EraseAnswers,
  EraseDeliveries,
  EraseEvents,
  EraseRawBodies,
  EraseWaitingChanges,
  EraseWords,
} from './erase-traces.js';

export const ERASURE_STEPS = Symbol('erasure steps');

/** Every kind of trace people leave, in the order they are erased: first what was said, so that nothing is made anew of it. */
export const erasureSteps = [
  EraseMessages,
  EraseFiles,
  EraseRawBodies,
  EraseWaitingChanges,
  EraseAnswers,
  EraseEvents,
  EraseDeliveries,
  EraseWords,
];
