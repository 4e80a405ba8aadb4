/** The arrows of the house: who may import whom. Rule names read as advice. */
const rooms = {
  database: [],
  'messenger-kit': [],
  client: [],
  'api-kit': ['database'],
  identity: ['database', 'api-kit'],
  jobs: ['database', 'api-kit'],
  events: ['database', 'api-kit', 'identity', 'jobs'],
  webhooks: ['messenger-kit', 'database', 'api-kit', 'jobs', 'identity', 'events'],
  messengers: ['messenger-kit'],
  registration: ['messenger-kit', 'database', 'api-kit', 'jobs', 'identity', 'events'],
  contacts: ['messenger-kit', 'database', 'api-kit', 'jobs', 'identity', 'events'],
};
rooms.attachments = ['registration', ...rooms.contacts];
rooms.chats = ['attachments', 'contacts', 'registration', ...rooms.contacts];
rooms.messaging = ['attachments', 'chats', 'contacts', 'registration', ...rooms.contacts];
rooms.reporting = ['messaging', ...rooms.messaging];

const onlyItsList = Object.entries(rooms).map(([room, allowed]) => ({
  name: `${room}-may-import-only-${allowed.length ? allowed.join('-and-') : 'itself'}`,
  severity: 'error',
  from: { path: `^libs/${room}/` },
  to: { path: '^(libs|apps)/', pathNot: `^libs/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    ...onlyItsList,
    {
      name: 'enter-a-room-by-its-front-door',
      severity: 'error',
      from: { path: '^(?:libs|apps)/([^/]+)/' },
      to: {
        path: '^libs/([^/]+)/',
        pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$', '^libs/messenger-kit/testing\\.ts$'],
      },
    },
    {
      name: 'never-import-your-own-front-door',
      severity: 'error',
      from: { path: '^libs/([^/]+)/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^libs/$1/src/index\\.ts$' },
    },
    {
      name: 'one-messenger-never-imports-another',
      severity: 'error',
      from: { path: '^libs/messengers/src/([^/]+)/' },
      to: { path: '^libs/messengers/src/[^/]+/', pathNot: '^libs/messengers/src/($1|meta)/' },
    },
    {
      name: 'only-metas-messengers-import-meta',
      severity: 'error',
      from: { path: '^libs/messengers/src/', pathNot: '^libs/messengers/src/(meta|facebook|instagram|whatsapp)/' },
      to: { path: '^libs/messengers/src/meta/' },
    },
    {
      name: 'only-the-server-imports-messengers',
      severity: 'error',
      from: { pathNot: '^(apps/server|libs/messengers)/' },
      to: { path: '^libs/messengers/' },
    },
    {
      name: 'the-simulator-stands-alone',
      severity: 'error',
      from: { path: '^apps/simulator/' },
      to: { path: '^(libs|apps/server)/' },
    },
    {
      name: 'production-code-never-imports-tests',
      severity: 'error',
      from: { path: '^(libs|apps)/', pathNot: ['\\.spec\\.ts$', '^libs/messenger-kit/(testing\\.ts$|src/laws/)'] },
      to: { path: '(^test/|\\.spec\\.ts$|^libs/messenger-kit/(testing\\.ts$|src/laws/))' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|data|libs/client/dist)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['types', 'import', 'default'],
      extensions: ['.ts', '.js'],
      exportsFields: ['exports'],
    },
  },
};
