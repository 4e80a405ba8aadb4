import { contentOf } from './inbound/content.js';
import { trackingOf } from './tracking.js';

describe('a pressed key', () => {
  const { tracking_data } = trackingOf([{ title: 'Так', payload: 'yes' }, { title: 'Ні' }]);

  test('is the choice whose payload its text is', () => {
    expect(contentOf({ type: 'text', text: 'yes', tracking_data })).toEqual({
      text: 'Так',
      choice: { title: 'Так', payload: 'yes' },
    });
    expect(contentOf({ type: 'text', text: 'Ні', tracking_data })).toMatchObject({
      choice: { title: 'Ні', payload: 'Ні' },
    });
  });

  test('that opened a page is the choice, not an address the person wrote', () => {
    const url = 'https://example.org/?a=1';
    const along = trackingOf([{ title: 'Prices', url }]).tracking_data;
    expect(contentOf({ type: 'text', text: url, tracking_data: along })).toEqual({
      text: 'Prices',
      choice: { title: 'Prices', payload: url },
    });
  });

  test.each([
    ['other words', 'yes please', tracking_data],
    ['nothing that came along', 'yes', undefined],
    ['something else’s data', 'yes', 'outbox-42'],
    ['odd data', 'yes', '{"choices":{"yes":1}}'],
    ['a number', 'yes', 5],
  ])('%s are a text', (_, text, along) => {
    expect(contentOf({ type: 'text', text, tracking_data: along })).toEqual({ text });
  });

  test('of keys that bring nothing along is no key that was shown before: what came with those is replaced', () => {
    const many = Array.from({ length: 24 }, (_, n) => ({ title: 'x'.repeat(200), payload: `${n}` }));
    const along = trackingOf(many).tracking_data;
    expect(along).toBeDefined();
    expect(contentOf({ type: 'text', text: '1', tracking_data: along })).toEqual({ text: '1' });
  });

  test('too much to be sent along is left out', () => {
    const choices = Array.from({ length: 24 }, (_, n) => ({ title: `${n}`.repeat(100), payload: `${n}`.repeat(200) }));
    expect(trackingOf(choices)).toEqual({ tracking_data: '{"choices":[]}' });
    const pages = Array.from({ length: 3 }, (_, n) => ({
      title: `${n}`,
      url: `https://x.example/${'x'.repeat(1_900)}`,
    }));
    expect(trackingOf([{ title: 'Yes', payload: 'y' }, ...pages])).toEqual({
      tracking_data: '{"choices":[["y","Yes"]]}',
    });
  });
});
