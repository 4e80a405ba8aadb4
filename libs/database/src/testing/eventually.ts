import { setTimeout as pauseFor } from 'node:timers/promises';

/** Waits until `look` says true; after `withinMs` it fails, and shows what was waited for. */
export async function eventually(look: () => Promise<boolean> | boolean, withinMs = 30_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await look())) {
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs} ms in vain for: ${String(look)}`);
    await pauseFor(10);
  }
}
