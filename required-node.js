import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Tells a Node that `engines` of package.json leaves out so, before anything is loaded that it would stumble over. The first
 * thing `build.js` does, and, by `bundle.js`, the built server.
 */

const { engines } = packageAbove(dirname(fileURLToPath(import.meta.url)));
const present = partsOf(process.versions.node);

if (!engines.node.split('||').some(takes)) {
  process.stderr.write(
    `Parley needs another Node: ${engines.node}. This is ${process.versions.node} (${process.execPath}). ` +
      'Node 24 is recommended: https://nodejs.org.\n',
  );
  process.exit(1);
}

function packageAbove(folder) {
  const file = join(folder, 'package.json');
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : packageAbove(dirname(folder));
}

/** `^1.2.3`, the same major version, or `>=1.2.3`. */
function takes(range) {
  const least = partsOf(range);
  const at = least.findIndex((part, index) => part !== present[index]);
  const isEnough = at === -1 || present[at] > least[at];
  return isEnough && (range.includes('>=') || present[0] === least[0]);
}

function partsOf(version) {
  return version.match(/\d+/g).map(Number);
}
