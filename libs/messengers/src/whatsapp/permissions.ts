/** What a token needs granted, and why. https://developers.facebook.com/docs/permissions */
export const PERMISSIONS = {
  whatsapp_business_messaging: 'without it nothing can be read or answered',
  whatsapp_business_management: 'without it the account cannot be subscribed, so that nothing arrives',
} as const;

type Permission = keyof typeof PERMISSIONS;

export const NEEDED = Object.keys(PERMISSIONS) as Permission[];

/** "whatsapp_business_messaging (without it …)", for sentences. */
export function withReasons(permissions: readonly Permission[]): string {
  return permissions.map((name) => `${name} (${PERMISSIONS[name]})`).join(' and ');
}
