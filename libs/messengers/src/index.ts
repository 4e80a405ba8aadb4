export { MessengersModule } from './messengers.module.js';
export { messengers } from './messengers.js';
