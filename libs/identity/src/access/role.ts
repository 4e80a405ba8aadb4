export const ROLES = ['admin', 'supervisor', 'agent'] as const;

/** `admin` configures, `supervisor` sees every chat, `agent` answers. Nothing is implied: routes list all who may. */
export type Role = (typeof ROLES)[number];
