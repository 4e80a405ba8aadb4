import { DecisionRepository } from './decision.repository.js';
import { DeclineOffer } from './decline-offer.js';
import { ExplainRouting } from './explain-routing.js';
import { OffersRepository } from './offers.repository.js';
import { RoutingRound } from './routing-round.js';
import { RoutingRounds } from './routing-rounds.js';
import { Routing } from './routing.js';
import { SilentAgents } from './silent-agents.js';
import { SituationRepository } from './situation.repository.js';

/** All that brings waiting chats before agents. */
export const ROUTING = [
  DecisionRepository,
  DeclineOffer,
  ExplainRouting,
  OffersRepository,
  Routing,
  RoutingRound,
  RoutingRounds,
  SilentAgents,
  SituationRepository,
];
