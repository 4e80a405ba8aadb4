import { randomBytes } from 'node:crypto';
import { KeyRing } from './key-ring.js';

const key = () => randomBytes(32).toString('base64');
const [old, next] = [key(), `next:${key()}`];

it('opens what it sealed, only for the same place', () => {
  const ring = new KeyRing([old]);
  const sealed = ring.encryptText('1234:token é', 'channels/1/token');
  expect(ring.decryptText(sealed, 'channels/1/token')).toBe('1234:token é');
  expect(() => ring.decryptText(sealed, 'channels/2/token')).toThrow();
  expect(ring.encryptText('1234:token é', 'channels/1/token')).not.toBe(sealed);
});

it('refuses what was changed, cut short, or sealed with a key it lacks', () => {
  const ring = new KeyRing([old]);
  const sealed = ring.encrypt('secret', 'a');
  for (let length = 0; length < sealed.length; length++) {
    expect(() => ring.decrypt(sealed.subarray(0, length), 'a')).toThrow();
  }
  const changed = Buffer.from(sealed);
  changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
  expect(() => ring.decrypt(changed, 'a')).toThrow();
  expect(() => new KeyRing([next]).decrypt(sealed, 'a')).toThrow('has no key');
});

it('rotates: the new key seals, the old one still opens, hashes and derived keys stay', () => {
  const [before, after] = [new KeyRing([old]), new KeyRing([next, old])];
  expect(after.decryptText(before.encryptText('x', 'a'), 'a')).toBe('x');
  expect(() => before.decrypt(after.encrypt('x', 'a'), 'a')).toThrow('has no key "next"');
  expect(after.lookupHash('token')).toEqual(before.lookupHash('token'));
  expect(after.derive('jwt')).toEqual(before.derive('jwt'));
  expect(after.derive('jwt')).not.toEqual(after.derive('other'));
  expect(after.derive('jwt')).toHaveLength(32);
});

it('refuses keys that are none', () => {
  expect(() => new KeyRing([])).toThrow('empty');
  expect(() => new KeyRing(['short'])).toThrow('32 bytes');
});
