import { readFile } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transform } from '@swc/core';

const ROOT = pathToFileURL(`${import.meta.dirname}/`).href;

/** `#room` is the room's source. */
const ROOM = /^#([a-z-]+)$/;

const OPTIONS = {
  swcrc: false,
  configFile: false,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
  inlineSourcesContent: false,
};

const isOurs = (url) => url?.startsWith(ROOT) && !url.includes('/node_modules/');

/** The source for specs: rooms and `.js` imports are `.ts` files. */
export function resolve(specifier, context, next) {
  const room = ROOM.exec(specifier)?.[1];
  if (room) return { url: `${ROOT}libs/${room}/src/index.ts`, shortCircuit: true };
  if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
    const url = new URL(`${specifier.slice(0, -3)}.ts`, context.parentURL).href;
    if (isOurs(url)) return { url, shortCircuit: true };
  }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts') || !isOurs(url)) return next(url, context);
  const filename = fileURLToPath(url);
  const { code } = await transform(await readFile(filename, 'utf8'), { ...OPTIONS, filename });
  return { format: 'module', source: code, shortCircuit: true };
}
