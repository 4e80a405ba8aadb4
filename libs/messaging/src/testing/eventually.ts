import { setTimeout as pauseFor } from 'node:timers/promises';

/** Waits until `look` says true; fails after `withinMs`. */
export async function eventually(look: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain`);
    await pauseFor(10);
  }
}
