/** Who plays in the demo. All fixed, so that a second start finds what the first one made. */
export const ADMIN = { email: 'admin@localhost', password: 'parley demo admin' };

export const AGENTS = [
  { email: 'ada@localhost', name: 'Ada Lovelace', password: 'parley demo agent' },
  { email: 'grace@localhost', name: 'Grace Hopper', password: 'parley demo agent' },
];

export const QUEUE = 'Shop';

export const META_APP = { id: '287451903362718', secret: 'demo_app_secret_0123456789abcdef', verifyToken: 'demo_word' };

export const PAGE = { id: '108326419507742', name: 'Corner Store', token: 'EAADemoPageToken' };

export const INSTAGRAM_APP = { id: '624180937255108', secret: 'demo_instagram_secret_0123456789' };

export const INSTAGRAM_ACCOUNT = {
  id: '17841906253847113',
  name: 'Corner Store',
  username: 'corner.store',
  token: 'IGAADemoUserToken',
};

export const NUMBER = {
  id: '116204873915508',
  accountId: '129473058216640',
  name: 'Corner Store',
  display: '15550142786',
  token: 'EAADemoSystemUserToken',
};

export const OFFICIAL_ACCOUNT = {
  id: 'Uf4fca5a78367a3c24cdd34b377398366',
  name: 'Corner Store',
  token: 'line_demo_token_never_issued',
  secret: 'demo_channel_secret_000000000000',
  quota: 200,
};

export const BOT = {
  token: '7193405826:AAForTheDemoOnlyNeverIssued88888888',
  name: 'Corner Shopdesk',
  username: 'corner_shopdesk_bot',
};

export const VIBER_BOT = {
  id: 'pa:61820947355028613409',
  token: '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b',
  name: 'Corner Store',
};

export const PEOPLE = [
  { id: 'iryna', name: 'Iryna Lys', username: 'iryna_lys', telegramId: 6841097253 },
  { id: 'marco', name: 'Marco Bianchi', telegramId: 5120934417 },
  { id: 'amina', name: 'Amina Diallo', telegramId: 7730185526 },
];
