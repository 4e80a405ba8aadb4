import type { AnswerSchemas, GivenAnswer, ProblemView } from './answers.js';
import type { GeneratedRequest } from './request.js';

/**
 * What the schemas of the document do not say and a request is refused with 422 for: the operation, and what its answer
 * says. A new line here is a decision: can the document not say it?
 */
const BEYOND_SCHEMAS: Readonly<Record<string, RegExp>> = {
  changePassword: /^wrong_password /,
  registerChannel: /^(unknown_queue|[a-z_]+ #\/(messenger|credentials|takeOver|name|queueId))/,
  updateChannel: /#\/queueId/,
  beginSignIn: /^messenger_unavailable /,
  listSignInPages: /^(messenger_unavailable|sign_in_|access_denied|invalid) /,
  connectSignInPages: /^(unknown_queue|messenger_unavailable|invalid) /,
  updateContact: /#\/attributes/,
  mergeContacts: /#\/from/,
  createAction: /#\/(queueIds|url)/,
  updateAction: /#\/(queueIds|url)/,
  createQuickReply: /#\/(queueIds|texts)/,
  updateQuickReply: /#\/(queueIds|texts)/,
  setMyState: /#\/state/,
  setAgentState: /#\/state/,
  getChats: /\?(filter|status|unread|agentId|(opened|closed)(From|Before))/,
  sendMessage: /^(not_supported|not_sendable) |#\/(text|replyTo|attachments|choices)/,
  startChat: /^(not_supported|not_sendable) |#\/(text|attachments|choices|channelId|identityId)/,
  editMessage: /^not_supported |#\/text/,
  deleteMessage: /^not_supported /,
  reactToMessage: /^not_supported |#\/emoji/,
  takeBackReaction: /^not_supported /,
  showTyping: /^not_supported /,
  getMessagesByChatId: /^invalid /,
  transferChat: /#\/(agentId|queueId)/,
  receiveMessage: /#/,
  replayEvents: /#/,
  replayWebhookEvents: /#\/(from|until)/,
  createWebhookEndpoint: /#\/url/,
  updateWebhookEndpoint: /#\/url/,
  search: /\?/,
  reportChats: /\?(to|timeZone)/,
  reportLoad: /\?(to|timeZone)/,
  reportStates: /\?(to|timeZone)/,
  downloadChatsReport: /\?(to|timeZone)/,
  downloadLoadReport: /\?(to|timeZone)/,
  downloadStatesReport: /\?(to|timeZone)/,
};

/** Of the address and the head as such: they are answered before it is known which operation is meant. */
const OF_THE_ADDRESS = new Set([405, 414, 431]);

/** What is wrong with an answer to the request; empty where nothing is. */
export function faultsOf(schemas: AnswerSchemas, request: GeneratedRequest, answer: GivenAnswer): string[] {
  const { status } = answer;
  if (status >= 500 && status !== 502) return [`answered ${status}: ${answer.text}`];
  if (request.kind === 'odd' && OF_THE_ADDRESS.has(status)) return [];
  const faults = schemas.faultsOf(request.operation, answer);
  const isProblem = /problem\+json/.test(String(answer.headers['content-type']));
  const problem = isProblem ? (JSON.parse(answer.text) as ProblemView) : undefined;
  if (request.kind === 'valid') return [...faults, ...ofValid(request, status, problem)];
  if (request.kind === 'odd') return faults;
  if (status < 300) return [...faults, `was taken, answered ${status}`];
  return status === 422 ? [...faults, ...unnamed(request, problem)] : faults;
}

function ofValid({ operation }: GeneratedRequest, status: number, problem: ProblemView | undefined): string[] {
  if (status === 400 && problem) return [`called malformed: ${problem.detail}`];
  if (status !== 422 || !problem) return [];
  const said = [problem.code, ...(problem.errors ?? []).map(({ pointer }) => pointer)].join(' ');
  const isPipe = problem.detail.startsWith('The request is not acceptable') && operation.name !== 'replayEvents';
  const isBeyond = !isPipe && BEYOND_SCHEMAS[operation.name]?.test(`${said} `);
  return isBeyond ? [] : [`called unacceptable: ${problem.detail} ${JSON.stringify(problem.errors)}`];
}

/** A list may be named in place of what it holds, and what it holds in place of it. */
function unnamed({ places }: GeneratedRequest, problem: ProblemView | undefined): string[] {
  const named = (problem?.errors ?? []).map(({ pointer }) => pointer);
  const isThere = places.some((place) => named.some((one) => place.startsWith(one) || one.startsWith(place)));
  return places.length === 0 || isThere ? [] : [`names ${named.join(', ') || 'no place'}, not ${places.join(', ')}`];
}
