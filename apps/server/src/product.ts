import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Product {
  readonly name: string;
  readonly version: string;
}

/** Name and version from package.json, which lies above the sources and above what is built of them. */
export const product: Product = readProduct(dirname(fileURLToPath(import.meta.url)));

function readProduct(folder: string): Product {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return readProduct(dirname(folder));
  return JSON.parse(readFileSync(file, 'utf8')) as Product;
}
