import type { ChatsRowDto, LoadRowDto, StateRowDto } from './report.dto.js';

const figures = <Name extends string>(name: Name) => [`${name}Mean`, `${name}Median`, `${name}P90`] as const;

/** The columns of each report as a file, in order. */
export const CHATS_COLUMNS = [
  ...(['period', 'id', 'name', 'opened', 'closed', 'closedByAgent', 'closedBySupervisor', 'closedByTimeout'] as const),
  ...(['neverAccepted', 'inboundMessages', 'outboundMessages'] as const),
  ...figures('waiting'),
  ...figures('accept'),
  ...figures('firstReply'),
  ...figures('duration'),
] satisfies readonly (keyof ChatsRowDto)[];

export const LOAD_COLUMNS = [
  'period',
  'agentId',
  'agentName',
  'taken',
  'heldSeconds',
  'averageChats',
] as const satisfies readonly (keyof LoadRowDto)[];

export const STATES_COLUMNS = [
  'period',
  'agentId',
  'agentName',
  'state',
  'available',
  'seconds',
] as const satisfies readonly (keyof StateRowDto)[];
