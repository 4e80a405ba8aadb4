import { Logger } from '@nestjs/common';
import { Usage } from './usage.js';

const PAGE = '108326419507742';
const ofApp = (percent: number) => ({
  'x-app-usage': JSON.stringify({ call_count: percent, total_time: 3, total_cputime: 1 }),
});
const ofPage = (percent: number, page = PAGE) => ({
  'x-business-use-case-usage': JSON.stringify({
    [page]: [{ type: 'messenger', call_count: 2, total_cputime: percent }],
  }),
});

test('tells from 80 % on, whose it is, and that it is over; one line in the log each', () => {
  const usage = new Usage('Facebook', 'Page');
  const [warned, logged] = [jest.spyOn(Logger.prototype, 'warn'), jest.spyOn(Logger.prototype, 'log')];
  usage.note({ ...ofApp(79), ...ofPage(12) });
  expect(usage.finding(PAGE)).toMatchObject({ code: 'usage', state: 'ok' });
  usage.note(ofApp(80));
  usage.note(ofApp(85));
  expect(usage.finding(PAGE)).toMatchObject({
    state: 'warning',
    sentence: expect.stringMatching(/Meta app uses 85 %/) as string,
  });
  usage.note({ ...ofApp(20), ...ofPage(97) });
  expect(usage.finding(PAGE)).toMatchObject({
    state: 'warning',
    sentence: expect.stringMatching(/Page 1083\d+ uses 97 %/) as string,
  });
  expect(usage.finding('another Page')).toMatchObject({ state: 'ok' });
  expect([warned.mock.calls.length, logged.mock.calls.length]).toEqual([2, 1]);
  expect(usage.finding(PAGE, Date.now() + 3_600_000)).toMatchObject({ state: 'ok' });
});

test('takes no harm from what is no usage', () => {
  const usage = new Usage('Facebook', 'Page');
  for (const header of ['', '{', '[]', 'null', '{"a":1}', '{"call_count":"many"}', '{"__proto__":[1]}']) {
    usage.note({ 'x-app-usage': header, 'x-business-use-case-usage': header });
  }
  expect(usage.finding(PAGE)).toMatchObject({ state: 'ok' });
});
