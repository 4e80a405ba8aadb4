import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import type { NewEvent } from '#events';
import type { MessageContent } from '#messenger-kit';
import {
  type ArrivedChange,
  type OwnChange,
  type Sent,
  type Step,
  stepsOf,
  type StoredMessage,
} from './arrived-change.js';
import type { PlacedTry } from '../outgoing/deliveries.repository.js';
import type { MessageKey } from './change.repository.js';
import { deleted, edited, type MessageState, reacted, understood, type Version } from './message-state.js';
import { changeMessage, prove, takeEcho } from './message-steps.js';
import { raiseWatermark, takeNotice } from './person-steps.js';
import type { Scene } from './scene.js';
import { SceneLoader } from './scene-loader.js';
import { SceneWriter } from './scene-writer.js';
import { type Awaited, personKey, WaitingChangesRepository } from './waiting-changes.repository.js';

/**
 * What happens to messages after they were said. Whatever the order in which changes and messages come, and however
 * often, the end is the same: a change whose message is not there yet waits for it.
 */
@Injectable()
export class MessageChanges {
  constructor(
    private readonly loader: SceneLoader,
    private readonly writer: SceneWriter,
    private readonly waiting: WaitingChangesRepository,
  ) {}

  /**
   * Applies a batch of changes, or keeps them until their messages come; returns the events to record in the same
   * transaction. A constant number of statements. Locks the chats concerned, in id order: call it in a transaction that
   * holds no chat yet, or expect a deadlock with another batch now and then, which is retried.
   */
  async apply(tx: Tx, changes: readonly ArrivedChange[], at: Date): Promise<readonly NewEvent[]> {
    return this.work(tx, changes.flatMap(stepsOf), at);
  }

  /**
   * Applies what waited for these messages; call it once they are stored. One indexed read when nothing waits. What slips
   * through between two transactions is found within seconds by `WaitingSweep`.
   */
  async catchUp(tx: Tx, messages: readonly StoredMessage[], at: Date): Promise<readonly NewEvent[]> {
    const waiting = await this.waiting.of(tx, messages.flatMap(awaitedBy));
    if (waiting.length === 0) return [];
    return this.work(
      tx,
      waiting.flatMap(({ id, ...change }) => stepsOf({ ...change, waitingId: id })),
      at,
    );
  }

  /** Looks once more for what these wait for. */
  async retry(
    tx: Tx,
    changes: readonly (ArrivedChange & { readonly id: string })[],
    at: Date,
  ): Promise<readonly NewEvent[]> {
    const steps = changes.flatMap(({ id, ...change }) => stepsOf({ ...change, waitingId: id }));
    return this.work(tx, steps, at);
  }

  /** The messenger's answer to one try proves that the message was sent, whatever became of it meanwhile. */
  async markSent(tx: Tx, own: PlacedTry, sent: Sent, at: Date): Promise<readonly NewEvent[]> {
    const { messageId, attempt, channelId } = own;
    const keys = sent.externalIds.map((externalId) => ({ channelId, externalId }));
    const scene = await this.loader.load(tx, [], at, [own], keys);
    const message = scene.messages.get(messageId);
    if (!message || message.attempts !== attempt) return [];
    const echoed = message.externalId !== null && message.status !== 'sending';
    prove(scene, message, channelId, sent.externalIds, echoed ? undefined : sent.sentAt);
    return this.finish(tx, scene, keys);
  }

  /**
   * Writes down what somebody of ours did to a message, after the messenger agreed. When, tells the database's clock: two
   * nodes' own may tell another order.
   */
  async record(tx: Tx, messageId: string, change: OwnChange): Promise<readonly NewEvent[]> {
    const own = await this.loader.place(tx, messageId);
    if (!own) return [];
    const { at } = own;
    const scene = await this.loader.load(tx, [], at, [own]);
    scene.put(afterOwn(scene.messages.get(messageId)!, change, at));
    return this.finish(tx, scene, []);
  }

  /** Shows a message that was stored without being understood as it is understood today; no events where nothing changes. */
  async understand(tx: Tx, key: MessageKey, content: MessageContent, at: Date): Promise<readonly NewEvent[]> {
    const scene = await this.loader.load(tx, [], at, [], [key]);
    const message = scene.messageOf(key);
    if (!message) return [];
    scene.put(understood(message, content));
    return this.finish(tx, scene, []);
  }

  private async work(tx: Tx, steps: readonly Step[], at: Date): Promise<NewEvent[]> {
    if (steps.length === 0) return [];
    const scene = await this.loader.load(tx, steps, at);
    const came: MessageKey[] = [];
    for (const step of scene.steps) {
      if (step.about !== 'echo') continue;
      takeEcho(scene, step);
      came.push({ channelId: step.channelId, externalId: step.event.externalId });
    }
    for (const step of scene.steps) {
      if (step.about === 'message') changeMessage(scene, step);
      else if (step.about === 'watermark') raiseWatermark(scene, step);
      else if (step.about === 'notice') takeNotice(scene, step);
    }
    return this.finish(
      tx,
      scene,
      came.filter((key) => scene.messageOf(key)),
    );
  }

  /** Writes the scene, and then what waited for the messages that came with it. */
  private async finish(tx: Tx, scene: Scene, came: readonly MessageKey[]): Promise<NewEvent[]> {
    const news = await this.writer.write(tx, scene);
    return came.length === 0 ? news : [...news, ...(await this.catchUp(tx, came, scene.at))];
  }
}

function awaitedBy({ channelId, externalId, sender }: StoredMessage): Awaited[] {
  const message: Awaited = { channelId, about: 'message', target: externalId };
  return sender ? [message, { channelId, about: 'person', target: personKey(sender) }] : [message];
}

/** The messenger's own numbering goes on from what is there. */
function afterOwn(message: MessageState, change: OwnChange, at: Date): MessageState {
  const next = (last: Version | undefined): Version => ({ at: at.toISOString(), rank: last?.rank ?? 0 });
  if (change.kind === 'deletion') return deleted(message, at);
  if (change.kind === 'edit') return edited(message, change.content, next(message.content.edit), at);
  const last = message.content.reactions?.find(({ who }) => who === 'account');
  const emojis = change.emoji === undefined ? [] : [change.emoji];
  return reacted(message, { who: 'account', by: 'agent', emojis, ...next(last) });
}
