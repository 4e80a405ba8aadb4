import { AgentLoadRepository } from './agent-load.repository.js';
import { AgentStateRepository } from './agent-state.repository.js';
import { AgentStates } from './agent-states.js';
import { AgentRepository } from './agent.repository.js';
import { Agents } from './agents.js';
import { StateChanges } from './state-changes.js';

/** All about agents: who they are, their states and their load. */
export const AGENTS = [AgentLoadRepository, AgentRepository, Agents, AgentStateRepository, AgentStates, StateChanges];
