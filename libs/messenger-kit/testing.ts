/** For specs of messengers only: needs jest's globals. Production code never imports it (`.dependency-cruiser.cjs`). */
export { itIsAMessenger } from './src/laws/it-is-a-messenger.js';
export type { MessengerSubject } from './src/laws/messenger-subject.js';
export { sample, samplesIn } from './src/laws/samples.js';
export { aScriptedServer, type ScriptedAnswer, type ScriptedServer } from './src/laws/scripted-server.js';
