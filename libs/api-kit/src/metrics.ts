/** Injection token of the server's prom-client `Registry`; rooms register their metrics with it. */
export const METRICS = Symbol('METRICS');
