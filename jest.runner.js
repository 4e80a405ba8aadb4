import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { default: circus } = require('jest-circus/runner');
const asyncHooks = require('node:async_hooks');

register('./jest.hooks.js', import.meta.url);

/**
 * Jest's own runner, with spec files loaded by Node: what a spec imports is loaded once for all specs of a worker and
 * never twice for one, which is most of what a small spec costs.
 */
export default async function run(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const storages = [];
  // The framework keeps the tests of one file: it is executed anew for each.
  runtime.requireInternalModule = (path) => {
    delete require.cache[path];
    return keepingStorages(storages, () => require(path));
  };
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = (path) => import(pathToFileURL(path).href);
  try {
    return await circus(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
  } finally {
    for (const storage of storages) storage.disable();
  }
}

/** A storage that is not switched off follows every promise of the worker to its end, next to those of all other files. */
function keepingStorages(storages, work) {
  const { AsyncLocalStorage } = asyncHooks;
  // Since Node 22 it is a getter, which no assignment replaces.
  const original = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage');
  const value = class extends AsyncLocalStorage {
    constructor(...options) {
      super(...options);
      storages.push(this);
    }
  };
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value, configurable: true, enumerable: true });
  try {
    return work();
  } finally {
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', original);
  }
}
