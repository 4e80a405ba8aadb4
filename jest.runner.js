import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { default: circus } = require('jest-circus/runner');

register('./jest.hooks.js', import.meta.url);

/**
 * Jest's own runner, with spec files loaded by Node: what a spec imports is loaded once for all specs of a worker and
 * never twice for one, which is most of what a small spec costs.
 */
export default function run(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  // The framework keeps the tests of one file: it is executed anew for each.
  runtime.requireInternalModule = (path) => {
    delete require.cache[path];
    return require(path);
  };
  runtime.unstable_shouldLoadAsEsm = () => true;
  runtime.unstable_importModule = (path) => import(pathToFileURL(path).href);
  return circus(globalConfig, config, environment, runtime, testPath, sendMessageToJest);
}
