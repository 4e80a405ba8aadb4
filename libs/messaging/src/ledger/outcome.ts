/** What became of an event that came in. */
export type Outcome = 'stored' | 'ignored' | 'refused' | 'quarantined';
