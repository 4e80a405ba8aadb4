/** Port: the queues whose news these users hear today. Users without queues may be missing in the answer. */
export abstract class AudienceQueues {
  abstract of(userIds: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}
