import { setFlagsFromString } from 'node:v8';
import { describeConfig, loadConfig } from './config.js';

// A full collection when what lives long has grown by three tenths, not by up to four times: after a burst the process
// would keep a hundred megabytes that hold nothing.
setFlagsFromString('--heap-growing-percent=30');

const { config, problems, warnings } = loadConfig();

const isOnlyPrinting = process.argv.includes('--print-config');
if (isOnlyPrinting) {
  process.stdout.write(describeConfig(config));
  for (const warning of warnings) process.stderr.write(`${warning}\n`);
}
if (problems.length > 0) {
  process.stderr.write(`Parley cannot start:\n${problems.map((problem) => `  ${problem}\n`).join('')}`);
  process.exit(1);
}
if (isOnlyPrinting) process.exit(0);

// Loaded only now: it takes a second or two, in which nobody should wait to hear of a mistyped setting.
const { runServer } = await import('./whole-server.js');
await runServer(config, warnings);
