import type { FirstSignIn } from '#identity';
import { product } from './product.js';
import type { Server } from './server.js';

/** What an operator reads first. */
export function startUpBlock({ address, dataDirs, firstSignIn, notes }: Server): string {
  const lines = [
    ['API', address],
    ['Swagger page', `${address}/docs`],
    ['Data directory', dataDirs.join(' and ')],
    ...(firstSignIn ? [['First admin', signInLine(firstSignIn)]] : []),
    ...notes.map((note) => ['Note', note]),
  ];
  const body = lines.map(([name = '', value = '']) => `  ${name.padEnd(15)} ${value}`).join('\n');
  return `\n  Parley ${product.version} is ready\n\n${body}\n\n`;
}

function signInLine({ email, generatedPassword }: FirstSignIn): string {
  const password = generatedPassword === undefined ? 'the one you set' : `${generatedPassword}  (shown only now)`;
  return `${email}  password: ${password}`;
}
