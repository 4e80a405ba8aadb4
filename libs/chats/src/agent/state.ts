/** The states that are always there; what they mean never changes. */
export const ACTIVE = 'active';
export const INACTIVE = 'inactive';

/** How a custom state is called in the API: a word of small letters. */
export const STATE_KEY = /^[a-z][a-z0-9_-]{0,39}$/;
