import { loadConfig } from './config.js';
import { rotateKeys } from './key-rotation.js';
import { startUpFailure } from './start-up-failure.js';

/** `npm run keys:rotate`: see docs/operations.md. Ends with 1 while older keys are still needed. */
const { config, problems } = loadConfig();

if (problems.length > 0) {
  process.stderr.write(`The keys cannot be rotated:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(1);
}

try {
  const isDone = await rotateKeys(config, (line) => process.stdout.write(`${line}\n`));
  process.exitCode = isDone ? 0 : 1;
} catch (error) {
  process.stderr.write(`The keys cannot be rotated: ${startUpFailure(error, config)}\n`);
  process.exitCode = 1;
}
