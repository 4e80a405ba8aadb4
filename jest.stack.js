import { findSourceMap } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

process.setSourceMapsEnabled(true);

/** Frames of the built server stay as they are: to read its map takes a worker a second of a core and 110 MB for good. */
const BUILT = pathToFileURL(`${import.meta.dirname}/dist/`).href;

/**
 * Stacks that name the source, by the maps Node keeps of what `jest.hooks.js` gave it. Node's own stacks do so, too, but
 * call a function without a name `<anonymous>`, and such lines Jest leaves out; Jest's know only what Jest transformed.
 */
export function stackOf(error, frames) {
  return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${inSource(frame)}`)].join('\n');
}

function inSource(frame) {
  const file = frame.getFileName();
  const origin =
    file && !file.startsWith(BUILT) && findSourceMap(file)?.findOrigin(frame.getLineNumber(), frame.getColumnNumber());
  if (!origin?.fileName?.startsWith('file:')) return String(frame);
  const place = `${fileURLToPath(origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
  const name = frame.getFunctionName();
  return name ? `${name} (${place})` : place;
}
