import type { CallDescription, CallEffect } from '../faults/call-faults.js';
import { html, json, type Answer } from './answer.js';
import type { Api } from './api.js';

/** An answer, or none: the connection is reset, or left open without a word. */
export type Outcome = Answer | 'reset' | 'hang';

const GATEWAY_PAGE =
  '<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>We are doing some maintenance</h1></body></html>';

/** Answers a call the way the scripted fault wants it; does the work only where the fault says so. */
export async function answerWithFault(
  api: Api,
  description: CallDescription,
  effect: CallEffect,
  work: () => Promise<Answer>,
): Promise<Outcome> {
  switch (effect.kind) {
    case 'delay':
      return delayed(effect.ms, effect.processed === true, work);
    case 'tooMany':
      return api.tooMany(effect.retryAfter, description);
    case 'refuse':
      return api.refusal(effect);
    case 'truncated':
      return effect.processed === false ? cut(json(200, { ok: true, result: {} })) : cut(await work());
    case 'status':
      if (effect.processed) await work();
      return statusAnswer(effect);
    case 'html':
      if (effect.processed) await work();
      return html(200, GATEWAY_PAGE);
    case 'reset':
    case 'hang':
      if (effect.processed) await work();
      return effect.kind;
  }
}

async function delayed(ms: number, workFirst: boolean, work: () => Promise<Answer>): Promise<Answer> {
  const done = workFirst ? await work() : undefined;
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
  return done ?? work();
}

function statusAnswer(effect: Extract<CallEffect, { kind: 'status' }>): Answer {
  if (effect.json !== undefined) return json(effect.status, effect.json, effect.headers);
  const page = html(effect.status, effect.html ?? GATEWAY_PAGE);
  return { ...page, headers: { ...page.headers, ...effect.headers } };
}

function cut(answer: Answer): Answer {
  return { ...answer, body: Buffer.from(answer.body).subarray(0, Math.floor(answer.body.length / 2)) };
}
