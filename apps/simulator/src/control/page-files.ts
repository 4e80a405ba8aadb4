import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../http/answer.js';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

const FILES = new Set([
  'index.html',
  'style.css',
  'phone.css',
  'wire.css',
  'phone.js',
  'bubbles.js',
  'composer.js',
  'dom.js',
  'wire.js',
  'icon.svg',
]);

/** The page is plain files of the repository, served as they are: nothing is built. */
export async function pageFile(path: string): Promise<Answer | undefined> {
  const file = path === '/' ? 'index.html' : path.slice(1);
  if (!FILES.has(file)) return undefined;
  const body = await readFile(join(packageRoot(), 'apps/simulator/page', file));
  const headers = {
    'content-type': TYPES[file.split('.')[1] ?? ''] ?? '',
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
  };
  return { status: 200, headers, body };
}

/** The folder that holds package.json, from the source as well as from the build. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (dirname(folder) === folder) throw new Error('The simulator does not lie inside its package');
    folder = dirname(folder);
  }
  return folder;
}
