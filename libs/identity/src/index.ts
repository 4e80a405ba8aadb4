export { Allow, Public, ROLES_EXTENSION } from './access/access.js';
export { callerKey, callerOf, CurrentCaller, requireUser, type Caller } from './access/caller.js';
export { Callers } from './access/callers.js';
export { ROLES, type Role } from './access/role.js';
export { IdentityModule } from './identity.module.js';
export { Sessions } from './session/sessions.js';
export { FirstAdmin, type FirstSignIn } from './user/first-admin.js';
export { UserEntity } from './user/user.entity.js';
export { Users, type User } from './user/users.js';
