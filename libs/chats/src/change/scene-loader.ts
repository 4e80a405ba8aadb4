import { Injectable } from '@nestjs/common';
import { isId, type Tx } from '#database';
import { isPersonal, personOf, type Step } from './arrived-change.js';
import { ChangeRepository, type Found, type MessageKey, type OwnClaim, type Placed } from './change.repository.js';
import { Scene } from './scene.js';
import { WaitingChangesRepository } from './waiting-changes.repository.js';

/** A message that is surely meant, and where it is. */
type Own = Pick<Placed, 'messageId' | 'chatId'>;

/** Finds what changes are about, locks it (chats in id order, then messages), and loads it. */
@Injectable()
export class SceneLoader {
  constructor(
    private readonly repository: ChangeRepository,
    private readonly waiting: WaitingChangesRepository,
  ) {}

  place(tx: Tx, messageId: string): Promise<Placed | undefined> {
    return this.repository.place(tx, messageId);
  }

  /** `own` messages are loaded too, and those known by `keys`. */
  async load(tx: Tx, steps: readonly Step[], at: Date, own: readonly Own[] = [], keys: readonly MessageKey[] = []) {
    const scene = new Scene(at);
    const wanted = [...keysOf(steps), ...keys];
    const targets = await this.repository.find(tx, wanted);
    const owns = await this.findOwn(tx, scene, steps);
    const chatIds = new Set([...targets, ...owns, ...own].map(({ chatId }) => chatId));
    for (const chatId of await this.findPeople(tx, scene, steps)) chatIds.add(chatId);
    for (const chat of await this.repository.lockChats(tx, [...chatIds].sort())) scene.chats.set(chat.id, chat);
    scene.steps = await this.stillMine(tx, scene, steps);
    // None of these needs another one's answer: they share a round trip.
    const [late] = await Promise.all([
      this.lookAgain(tx, scene, wanted, targets),
      this.loadMessages(tx, scene, [...targets, ...owns, ...own]),
      this.loadSending(tx, scene, own),
    ]);
    for (const { place, messageId } of [...targets, ...late]) scene.know(wanted[place]!, messageId);
    await this.loadMessages(tx, scene, late);
    if (scene.steps.some((step) => step.about === 'echo' && step.event.mayBeOurs))
      await this.loadMessages(tx, scene, await this.repository.unconfirmed(tx, [...scene.chats.values()]));
    return scene;
  }

  private async loadMessages(tx: Tx, scene: Scene, which: readonly { readonly messageId: string }[]): Promise<void> {
    const missing = new Set(which.map(({ messageId }) => messageId).filter((id) => !scene.messages.has(id)));
    for (const message of await this.repository.load(tx, [...missing].sort())) {
      scene.original.set(message.id, message);
      scene.put(message);
    }
  }

  private async findOwn(tx: Tx, scene: Scene, steps: readonly Step[]): Promise<Found[]> {
    const claims = steps.flatMap((step) => {
      const claim = claimOf(step);
      return claim && isId(claim.id) ? [{ step, claim }] : [];
    });
    const found = await this.repository.findOwn(
      tx,
      claims.map(({ claim }) => claim),
    );
    for (const { place, messageId } of found) scene.knowOwn(claims[place]!.step, messageId);
    return found;
  }

  /** Gives the chats of the people the steps are about. */
  private async findPeople(tx: Tx, scene: Scene, steps: readonly Step[]): Promise<string[]> {
    const about = steps.filter(isPersonal);
    const found = await this.repository.findPeople(tx, about.map(personOf));
    return found.flatMap((person) => {
      const step = about[person.place]!;
      scene.knowPerson(personOf(step), person);
      if (step.about === 'echo' || step.about === 'notice') return person.chatId ? [person.chatId] : [];
      for (const chatId of person.awaited) {
        scene.awaited.set(chatId, step.event.status === 'read' || scene.awaited.get(chatId) === true);
      }
      return person.chatId ? [person.chatId, ...person.awaited] : person.awaited;
    });
  }

  /** Of steps that waited, only those that nobody else has done meanwhile. */
  private async stillMine(tx: Tx, scene: Scene, steps: readonly Step[]): Promise<Step[]> {
    const ids = steps.flatMap(({ waitingId }) => waitingId ?? []);
    if (ids.length === 0) return [...steps];
    for (const [id, since] of await this.waiting.take(tx, ids)) scene.waitedSince.set(id, since);
    return steps.filter(({ waitingId }) => waitingId === undefined || scene.waitedSince.has(waitingId));
  }

  /** Whoever held a chat before us may have stored what was not there when we looked. */
  private async lookAgain(tx: Tx, scene: Scene, keys: readonly MessageKey[], found: readonly Found[]) {
    if (scene.chats.size === 0) return [];
    const places = new Set(found.map(({ place }) => place));
    const missing = keys.map((_, place) => place).filter((place) => !places.has(place));
    const late = await this.repository.find(
      tx,
      missing.map((place) => keys[place]!),
    );
    return late.filter(({ chatId }) => scene.chats.has(chatId)).map((one) => ({ ...one, place: missing[one.place]! }));
  }

  /** Only what proves a sending needs to know more about its chat; an echo, whether it may be of what is being sent. */
  private async loadSending(tx: Tx, scene: Scene, own: readonly Own[]): Promise<void> {
    const hasEchoes = scene.steps.some((step) => step.about === 'echo');
    if (!hasEchoes && own.length === 0 && !scene.steps.some(claimOf)) return;
    const chatIds = [...scene.chats.keys()];
    const [reached, sending] = await Promise.all([
      this.repository.upTo(tx, chatIds),
      hasEchoes ? this.repository.sending(tx, chatIds) : [],
    ]);
    for (const { chatId, ...upTo } of reached) scene.upTo.set(chatId, upTo);
    for (const chatId of sending) scene.sending.add(chatId);
  }
}

/** What a step says is ours. A receipt may name a person by another id than the chat has; its channel must do. */
function claimOf(step: Step): OwnClaim | undefined {
  const { channelId } = step;
  if (step.about === 'echo') {
    const { ownId: id } = step.event;
    return id === undefined ? undefined : { id, channelId, person: step.event.recipient };
  }
  const id = step.about === 'message' && step.event.kind === 'receipt' ? step.event.ownId : undefined;
  return id === undefined ? undefined : { id, channelId };
}

function keysOf(steps: readonly Step[]): MessageKey[] {
  return steps.flatMap((step) => {
    if (step.about === 'message') return [{ channelId: step.channelId, externalId: step.target }];
    return step.about === 'echo' ? [{ channelId: step.channelId, externalId: step.event.externalId }] : [];
  });
}
