import { spawnSync } from 'node:child_process';

/** Real: the programs. They are made to believe that they run on another Node, and start nothing. */
function on(version: string, program: string) {
  const preload = `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`;
  const options = { env: { PATH: process.env.PATH, PORT: 'none' }, encoding: 'utf8' } as const;
  const args = ['--import', preload, program, '--print-config'];
  const { status, stderr } = spawnSync(process.execPath, args, options);
  return { status, stderr };
}

test.each(['18.20.8', '20.18.3', '21.7.3', '22.12.0', '23.11.1', '24.10.0'])(
  'Node %s is told that it is too old',
  (version) => {
    for (const program of ['build.js', 'dist/server/main.js']) {
      expect(on(version, program)).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(
          new RegExp(`^Parley needs another Node: .*\\^20\\.19\\.0.* This is ${version} `),
        ) as string,
      });
    }
  },
);

test.each(['20.19.0', '20.20.2', '22.13.0', '24.11.0', '26.0.0'])('Node %s is taken', (version) => {
  expect(on(version, 'dist/server/main.js').stderr).toContain('PORT must be a whole number');
});
