import type { FirstSignIn } from '#identity';
import { product } from './product.js';
import type { Server } from './server.js';

type Line = readonly [name: string, value: string];

/** What an operator reads first. */
export function startUpBlock({ address, dataDirs, firstSignIn, notes }: Server): string {
  const lines: Line[] = [
    ['API', address],
    ['Swagger page', `${address}/docs`],
    ['Data directory', dataDirs.join(' and ')],
    ...(firstSignIn ? [signIn(firstSignIn)] : []),
    ...notes.map((note): Line => ['Note', note]),
  ];
  return `\n  Parley ${product.version} is ready\n\n${lines.map(written).join('')}\n`;
}

/** The line of the block that must not get lost, alone. */
export function firstSignInLine(made: FirstSignIn): string {
  return written(signIn(made));
}

function written([name, value]: Line): string {
  return `  ${name.padEnd(15)} ${value}\n`;
}

function signIn({ email, generatedPassword }: FirstSignIn): Line {
  const password = generatedPassword === undefined ? 'the one you set' : `${generatedPassword}  (shown only now)`;
  return ['First admin', `${email}  password: ${password}`];
}
