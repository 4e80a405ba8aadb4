export { Allow, Public, ROLES_EXTENSION } from './access.js';
export { callerOf, CurrentCaller, requireUser, type Caller } from './caller.js';
export { ROLES, type Role } from './role.js';
