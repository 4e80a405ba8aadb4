import { stdout } from 'node:process';
import { optionsFrom } from './config.js';
import { startSimulator } from './simulator.js';

const simulator = await startSimulator(optionsFrom());
stdout.write(`Simulator of Telegram's Bot API and Meta's Graph API: ${simulator.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator.stop());
