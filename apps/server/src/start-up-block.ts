import { product } from './product.js';
import type { Server } from './server.js';

/** What an operator reads first. */
export function startUpBlock({ address, dataDirs, firstSignIn, notes }: Server): string {
  const lines = [
    ['API', `${address}/v1`],
    ['Swagger page', `${address}/docs`],
    ['Data directory', dataDirs.join(' and ')],
    ...(firstSignIn
      ? [['First admin', `${firstSignIn.email}  password: ${firstSignIn.password}  (shown only now)`]]
      : []),
    ...notes.map((note) => ['Note', note]),
  ];
  const body = lines.map(([name = '', value = '']) => `  ${name.padEnd(15)} ${value}`).join('\n');
  return `\n  Parley ${product.version} is ready\n\n${body}\n\n`;
}
