import { ADMIN, AGENTS } from './cast.js';

/** What one reads when the demo is ready. */
export function demoBlock(serverUrl: string, pageUrl: string, dataDir: string): string {
  const lines = [
    ['Be a customer', pageUrl],
    ['API', serverUrl],
    ['Swagger page', `${serverUrl}/docs`],
    ['Admin', `${ADMIN.email}  password: ${ADMIN.password}`],
    ...AGENTS.map(({ email, password }) => ['Agent', `${email}  password: ${password}`]),
    ['Data and log', dataDir],
  ];
  const body = lines.map(([name = '', value = '']) => `  ${name.padEnd(15)} ${value}`).join('\n');
  return `\n  Parley demo is ready\n\n${body}\n\n  Write something on the customer's page, then answer as an agent: README.md shows how.\n  Ctrl-C stops everything.\n\n`;
}
