import { execFileSync } from 'node:child_process';

/** Real: the built server, loaded by a process of its own. */
const LOAD = `
  import modules from 'node:module';
  await import('./dist/server/whole-server.js');
  console.log(JSON.stringify(Object.keys(modules._cache)));
  process.exit(0);`;

it('what the server stands on is loaded with it, and nothing of it a second time from where it was installed', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', LOAD], { encoding: 'utf8' });
  const files = JSON.parse(printed) as string[];
  expect(files.filter((file) => !file.includes('/@node-rs/'))).toEqual([]);
});
