/** What a token needs granted, and why. https://developers.facebook.com/docs/permissions */
export const PERMISSIONS = {
  instagram_business_basic: 'without it nothing can be asked about the account',
  instagram_business_manage_messages: 'without it nothing can be read or answered',
} as const;

export type Permission = keyof typeof PERMISSIONS;

export const NEEDED = Object.keys(PERMISSIONS) as Permission[];

/** "instagram_business_basic (without it …)", for sentences. */
export function withReasons(permissions: readonly Permission[]): string {
  return permissions.map((name) => `${name} (${PERMISSIONS[name]})`).join(' and ');
}
