import { spawnSync } from 'node:child_process';

/** Real: the built program. It starts nothing. */
function printConfig(env: Record<string, string>) {
  const options = { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8' } as const;
  return spawnSync(process.execPath, ['dist/server/main.js', '--print-config'], options);
}

test('--print-config shows what is in force, and 0 says that a start with it is possible', () => {
  const { status, stdout, stderr } = printConfig({ PORT: '8080', PARLEY_ADMIN_PASSWORD: 'canary canary' });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('PORT=8080\n');
  expect(stdout).not.toContain('canary');
});

test('--print-config says what a start would refuse, and warn about', () => {
  const { status, stdout, stderr } = printConfig({ PORT: '80o0', PARLEY_PROT: '1' });
  expect(status).toBe(1);
  expect(stderr).toContain('PORT must be a whole number');
  expect(stderr).toContain('PARLEY_PROT is not a setting');
  expect(stdout).toContain('PORT=3000\n');
});
