import type { KeyRing } from './key-ring.js';
import { Settings } from './settings.repository.js';
import type { Database } from './database.js';

const NAME = 'keyRing';

interface Fingerprints {
  readonly active: string;
  readonly root: string;
  /** Nothing is sealed by any key but the active one: it may become the root. */
  readonly settled?: boolean;
}

/**
 * Every node of an installation needs the same key ring. The first one leaves its fingerprints in the database.
 * @throws when this ring lacks the key that seals today, or derives from another root and the old one is still needed.
 */
export async function checkKeyRing(database: Database, settings: Settings, ring: KeyRing): Promise<void> {
  const ours: Fingerprints = { active: ring.fingerprint(), root: ring.rootFingerprint() };
  const stored = await settings.getOrCreate<Fingerprints>(NAME, () => ours);
  const isKnownRoot = stored.root === ours.root || (stored.settled === true && stored.active === ours.root);
  if (!ring.has(stored.active) || !isKnownRoot) {
    throw new Error(
      `This database was encrypted with another key ring (active key ${stored.active}, last key ${stored.root}; here ` +
        `${ours.active} and ${ours.root}). Give this node the PARLEY_ENCRYPTION_KEYS of the others, or the key file ` +
        'from the data directory that belongs to this database. To rotate, put the new key first and keep the old ones ' +
        'until "npm run keys:rotate" has said that they are needed no more.',
    );
  }
  if (stored.active === ours.active && stored.root === ours.root) return;
  const settled = stored.active === ours.active ? stored.settled : undefined;
  await database.transaction((tx) => settings.set(tx, NAME, { ...ours, settled }));
}

/** Whether a key ring seals this database already: then its keys are somewhere, and new ones would open nothing. */
export async function hasKeyRing(database: Database): Promise<boolean> {
  return (await new Settings(database).get<Fingerprints>(NAME)) !== undefined;
}

/** Lets nodes start without the older keys. False when another node seals with another key by now. */
export async function settleKeyRing(settings: Settings, ring: KeyRing): Promise<boolean> {
  const stored = await settings.get<Fingerprints>(NAME);
  return stored?.active === ring.fingerprint() && settings.replace(NAME, stored, { ...stored, settled: true });
}
