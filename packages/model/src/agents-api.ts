/**
 * The agents, as people's programs are told: `GET /agents` answers `AgentSummary[]`, those at work first.
 */
import { z } from 'zod';

/**
 * - `alive`: its lease has not ended; - `lost`: it ended without a word; - `left`: it stopped in good order.
 */
export const agentStates = ['alive', 'lost', 'left'] as const;
export type AgentState = (typeof agentStates)[number];

export const agentSummarySchema = z.object({
  id: z.int().positive(),
  name: z.string(),
  host: z.string(),
  state: z.enum(agentStates),
  /** Held back: it claims nothing, over its sessions. And whether it ends what it runs, to leave. */
  paused: z.boolean(),
  draining: z.boolean(),
  /** When it joined, and when it was last heard of. */
  joined: z.string(),
  heard: z.string(),
  /** `memory` in bytes; `slots` is how many tasks it runs at a time. */
  capacity: z.object({ cpu: z.number(), memory: z.int(), slots: z.int() }),
  /**
   * What of that is taken by the tasks that run, as they were promised it; null where the agent does not say, and of
   * one that is not alive.
   */
  load: z.object({ cpu: z.number(), memory: z.int(), running: z.int(), waiting: z.int() }).nullable(),
  /** Tasks that it holds: those that run, and the next ones. */
  held: z.int(),
  /** Some of them, the longest first. */
  tasks: z.array(
    z.object({
      task: z.int().positive(),
      run: z.int().positive(),
      runName: z.string(),
      stage: z.string(),
      place: z.record(z.string(), z.int()),
      claimed: z.string(),
    }),
  ),
  /** Attempts that were lost with it, ever; and open failures of tasks that it ran last. */
  lost: z.int(),
  failures: z.int(),
});

export type AgentSummary = z.infer<typeof agentSummarySchema>;

/** How many tasks of an agent are named. */
export const mostAgentTasks = 20;
