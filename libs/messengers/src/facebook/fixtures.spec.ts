import { readdirSync } from 'node:fs';
import { GuardedHttp, type InboundEvent, type MessageContent, type SendVerdict } from '#messenger-kit';
import { aScriptedServer, sample } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const PAGE = '108326419507742';
const APP = '287451903362718';
const IRYNA = { scope: PAGE, externalId: '7482093165518274' };
const NEWCOMER = { scope: PAGE, externalId: '6915527380446193' };
const fixtures = new URL('./fixtures/', import.meta.url);

/** All fixtures are of one minute, a second apart. */
const at = (second: string): Date => new Date(`2026-10-17T05:07:${second}Z`);

const message = (mid: string, second: string, content: MessageContent, sender = IRYNA): InboundEvent => ({
  kind: 'message',
  source: sender.scope,
  key: `message:${mid}`,
  sender,
  externalId: mid,
  sentAt: at(second),
  content,
});

const CONVERTED: Readonly<Record<string, readonly InboundEvent[]>> = {
  text: [message('m_njh7097-kvkx_LBbk', '21', { text: 'Good day, is the oak lamp there? 🙂 Füße: 4' })],
  'text.wire': [
    message('m_njh7097-kvkx_LBbk', '21', {
      text: 'Good day, is the oak lamp there? 🙂 Füße: 4 https://example.com/a/6',
    }),
  ],
  'image-with-caption-less': [
    message('m_cxv6190-hrxtq', '22', {
      attachments: [
        {
          type: 'image',
          reference: 'https://cdn.example.com/v/t8.40263-5/oak_n.jpg?_nc_cat=3&oh=00_RGLHT&oe=6AD2EA4D',
        },
      ],
    }),
  ],
  'attachments-all-types': [
    message('m_mmr1422-xcv', '23', {
      text: 'all of it',
      attachments: [
        { type: 'image', reference: 'https://cdn.example.com/v/k.jpg?oe=6AD2EA4D' },
        { type: 'video', reference: 'https://cdn.example.com/v/w.mp4?oe=6AD2EA4D' },
        {
          type: 'audio',
          form: 'voice',
          reference: 'https://cdn.example.com/v/t47.8216-35/r.mp4/audioclip-1792213642.mp4?oe=6AD2EA4D&dl=1',
        },
        {
          type: 'file',
          name: 'receipt 17.pdf',
          reference: 'https://cdn.example.com/v/t47.6193-35/h.pdf/receipt%2017.pdf?oe=6AD2EA4D&dl=1',
        },
        { type: 'location', location: { latitude: 49.8391, longitude: 24.0304, title: "Iryna's Location" } },
      ],
    }),
  ],
  'fallback-shared-link': [
    message('m_qxb6134-nfgyvkgd', '24', {
      text: 'https://example.com/catalog/9',
      attachments: [{ type: 'link', title: 'Lantern 9 - Corner store', url: 'https://example.com/catalog/9' }],
    }),
  ],
  sticker: [
    message('m_bnh2209-bmvtcyx', '25', {
      attachments: [
        { type: 'sticker', title: '👍', reference: 'https://cdn.example.com/v/t62.4815-3/hand.png?oe=6AD2EA4D' },
      ],
    }),
  ],
  'quick-reply': [message('m_wfd8623-wv', '26', { text: 'Oak', choice: { title: 'Oak', payload: 'GRAIN_OAK' } })],
  'postback-button': [
    message('m_dyf7971-zjyntjdv', '27', {
      text: 'Speak to a clerk',
      choice: { title: 'Speak to a clerk', payload: 'TO_CLERK' },
    }),
  ],
  'postback-get-started-referral': [
    message(
      'm_qnj5379-kd',
      '28',
      {
        text: 'Get Started',
        choice: { title: 'Get Started', payload: 'FIRST_HELLO' },
        referral: { ref: 'poster-9', source: 'SHORTLINK' },
      },
      NEWCOMER,
    ),
  ],
  'referral-existing-thread': [
    {
      kind: 'notice',
      source: PAGE,
      key: expect.stringMatching(/^referral:7482093165518274:1792213649000:/) as string,
      person: IRYNA,
      what: 'referral',
      at: at('29'),
      referral: { ref: 'autumn-lamp', source: 'ADS' },
    },
  ],
  'reply-to': [message('m_tfv8478-pwqvj', '30', { text: 'that shelf, yes', replyTo: 'm_njh7097-kvkx_LBbk' })],
  delivery: [
    {
      kind: 'receipt',
      source: PAGE,
      key: expect.stringMatching(/^delivery:7482093165518274:1792213651000:/) as string,
      status: 'delivered',
      person: IRYNA,
      targets: ['m_dzp_zgh_6', 'm_htd_wbt_6'],
      upTo: at('31'),
      at: at('31.300'),
    },
  ],
  read: [
    {
      kind: 'receipt',
      source: PAGE,
      key: 'read:7482093165518274:1792213652000:',
      status: 'read',
      person: IRYNA,
      upTo: at('32'),
      at: at('32.100'),
    },
  ],
  reaction: [
    {
      kind: 'reaction',
      source: PAGE,
      key: 'reaction:m_dzp_zgh_6:7482093165518274:1792213653000:❤️',
      target: 'm_dzp_zgh_6',
      at: at('33'),
      rank: 0,
      by: IRYNA,
      emojis: ['❤️'],
    },
  ],
  unreaction: [
    {
      kind: 'reaction',
      source: PAGE,
      key: 'reaction:m_dzp_zgh_6:7482093165518274:1792213654000',
      target: 'm_dzp_zgh_6',
      at: at('34'),
      rank: 0,
      by: IRYNA,
      emojis: [],
    },
  ],
  'message-edit': [
    {
      kind: 'edit',
      source: PAGE,
      key: 'edit:m_njh7097-kvkx_LBbk:1',
      target: 'm_njh7097-kvkx_LBbk',
      at: at('35'),
      rank: 1,
      by: IRYNA,
      content: { text: 'Good day, is the elm lamp there?' },
      textOnly: true,
    },
  ],
  'message-unsend': [
    {
      kind: 'deletion',
      source: PAGE,
      key: 'deletion:m_njh7097-kvkx_LBbk',
      target: 'm_njh7097-kvkx_LBbk',
      at: at('36'),
      rank: 0,
    },
  ],
  'echo-own-app': [
    {
      kind: 'echo',
      source: PAGE,
      key: 'echo:m_dzp_zgh_6',
      recipient: IRYNA,
      externalId: 'm_dzp_zgh_6',
      ownId: 'msg:5d20c94f-7be1-4a63-9c08-41f2e6d7730b',
      sentAt: at('37'),
      content: { text: 'Sure, two lamps are left.' },
    },
  ],
  'echo-page-inbox': [
    {
      kind: 'echo',
      source: PAGE,
      key: 'echo:m_rpy_dgzzb_6',
      recipient: IRYNA,
      externalId: 'm_rpy_dgzzb_6',
      sentAt: at('38'),
      content: { text: 'Typed by a colleague straight in the inbox' },
    },
  ],
  'batch-two-entries': [
    message('m_dyk9187-f', '39', { text: 'tea' }),
    message('m_cgc9546-m', '39.100', { text: 'jam' }),
    message('m_dzw6774-b', '39.200', { text: 'scone, second page' }, { ...NEWCOMER, scope: '108326419883051' }),
  ],
  // The payload is withheld while another app has the thread.
  standby: [
    message('m_nzq6851-pcwjfwb', '40', { text: 'written while someone else had the chat', standby: true }),
    message('m_gwd1655-qt', '40.100', { text: 'List', choice: { title: 'List' }, standby: true }),
  ],
  'handover-pass-thread': [
    {
      kind: 'notice',
      source: PAGE,
      key: expect.stringMatching(/^pass_thread_control:7482093165518274:1792213661000:/) as string,
      person: IRYNA,
      what: 'thread_given',
      at: at('41'),
    },
  ],
};

const ANSWERED: Readonly<Record<string, readonly [status: number, verdict: SendVerdict]>> = {
  'api-send-ok': [200, { kind: 'sent', externalId: 'm_dzp_zgh_6' }],
  'api-error-window-closed': [
    400,
    {
      kind: 'rejected',
      class: 'windowClosed',
      code: '10/2018278',
      sentence: 'Facebook allows answers within 24 hours after the person last wrote.',
    },
  ],
  'api-error-token-expired': [
    401,
    {
      kind: 'rejected',
      class: 'reauthorize',
      code: '190/460',
      sentence: 'Facebook no longer accepts the Page’s token. Connect the Page again.',
    },
  ],
};

test('each captured payload has its test', () => {
  const files = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''));
  expect([...Object.keys(CONVERTED), ...Object.keys(ANSWERED)].sort()).toEqual(files.sort());
});

test.each(Object.entries(CONVERTED))('%s becomes exactly this', (name, expected) => {
  const http = new GuardedHttp();
  const facebook = new FacebookMessenger({ appId: APP, appSecret: 's', verifyToken: 'word' }, http);
  const body = Buffer.from(sample(fixtures, name));
  expect(facebook.income.convert({ headers: {}, body })).toEqual(expected);
});

test.each(Object.entries(ANSWERED))('%s means exactly this', async (name, [status, verdict]) => {
  const network = await aScriptedServer(() => ({ status, body: sample(fixtures, name) }));
  const http = new GuardedHttp({ trustedOrigins: [network.url] });
  const facebook = new FacebookMessenger({ graphUrl: network.url, appId: APP, appSecret: 's' }, http);
  const account = { channelId: 'c', messenger: 'facebook', source: PAGE, credentials: { pageToken: 'EAATest' } };
  const context = { account, recipient: IRYNA, human: true, signal: AbortSignal.timeout(2_000) };
  const sent = await facebook.outcome.send({ id: 'our-id', content: { text: 'Hello' }, files: [] }, context);
  expect(sent).toEqual(verdict);
  await http.close();
  await network.close();
});
