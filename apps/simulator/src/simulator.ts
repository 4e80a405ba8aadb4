import { ControlApi } from './control/control-api.js';
import { FrontDoor } from './http/front-door.js';
import { InstagramApi } from './instagram/instagram-api.js';
import { MessagingApi } from './line/messaging-api.js';
import { GraphApi } from './meta/graph-api.js';
import { MediaHost } from './meta/media-host.js';
import { SendApi } from './meta/send-api.js';
import { settingsOf, type SimulatorOptions } from './settings.js';
import { Simulation } from './simulation.js';
import { BotApi } from './telegram/bot-api.js';
import { ViberMediaHost } from './viber/media-host.js';
import { ViberRestApi } from './viber/rest-api.js';
import { CloudApi } from './whatsapp/cloud-api.js';
import { World } from './world.js';

/** Starts a stand-in for Meta's Graph API, WhatsApp's share of it and Instagram's own one included, Telegram's Bot API and LINE's Messaging API on loopback. Stop it with `stop()`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = new Simulator(new World(settingsOf(options)));
  await simulator.open();
  return simulator;
}

/** The simulation behind its socket: the APIs, the control API under `/_sim`, the page. All at `url`. */
export class Simulator extends Simulation {
  private readonly door: FrontDoor;
  private readonly control: ControlApi;

  constructor(world: World) {
    super(world);
    const { bots, files, ledger, callFaults } = world;
    const apis = [
      new BotApi(bots, world),
      new CloudApi(world, () => this.url),
      new InstagramApi(world, () => this.url),
      new GraphApi(world, new SendApi(world, () => this.url)),
      new MediaHost(files),
      new ViberRestApi(world, () => this.url),
      new ViberMediaHost(files),
      new MessagingApi(world),
    ];
    this.control = new ControlApi(this);
    this.door = new FrontDoor(apis, this.control, ledger, callFaults);
  }

  async open(): Promise<void> {
    const { host, port } = this.world.settings;
    const opened = await this.door.open(host, port);
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${opened}`;
  }

  /** Ends everything; what was not delivered is not delivered any more. */
  async stop(): Promise<void> {
    this.world.bots.clear();
    this.world.meta.clear();
    this.world.numbers.clear();
    this.world.instagram.clear();
    this.world.viberBots.clear();
    this.world.officialAccounts.clear();
    this.world.later.clear();
    this.control.close();
    await this.door.close();
    this.world.depot.mail.close();
  }
}
