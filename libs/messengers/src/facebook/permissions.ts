/** What a Page needs granted, and why: https://developers.facebook.com/docs/permissions. */
export const PERMISSIONS = {
  pages_show_list: 'without it Facebook does not tell which Pages there are',
  pages_messaging: 'without it nothing can be read or answered on the Page',
  pages_manage_metadata: 'without it the Page cannot be subscribed, so that nothing arrives',
} as const;

/** Asked for as well where the Pages belong to a Business portfolio. */
export const BUSINESS_PERMISSION = 'business_management';

export type Permission = keyof typeof PERMISSIONS;

/** What a Page's own token must carry. */
export const PAGE_PERMISSIONS: readonly Permission[] = ['pages_messaging', 'pages_manage_metadata'];

/** "pages_messaging (without it …)", for sentences. */
export function withReasons(permissions: readonly Permission[]): string {
  return permissions.map((name) => `${name} (${PERMISSIONS[name]})`).join(' and ');
}
