/**
 * The agents, as people's programs are told: `GET /agents` answers `AgentSummary[]`, those at work first. And how
 * machines are added to them: by invitations, whose tokens can be used once.
 *
 * | request                            | body              | answer                                              |
 * |------------------------------------|-------------------|-----------------------------------------------------|
 * | PATCH /agents/ID                   | `ChangeAgentBody` | 204                                                 |
 * | POST /agents/ID/revoke             |                   | 204; it must be invited again                       |
 * | GET /agents/invitations            |                   | `InvitationSummary[]`: those that can be used        |
 * | POST /agents/invitations           | `InviteAgentBody` | `IssuedInvitation`, with the token, shown only here |
 * | POST /agents/invitations/ID/withdraw |                 | 204                                                 |
 */
import { z } from 'zod';

/** A label's key, or the name of a pool. */
const word = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,61}[A-Za-z0-9])?$/,
    'must have at most 63 letters, digits, `.`, `_`, `/` or `-`, and begin and end with a letter or digit',
  );

export const poolNameSchema = word;
/** What an agent has that tasks may ask for, such as `gpu: a100`. */
export const labelsSchema = z
  .record(word, z.string().max(200, 'must have at most 200 characters'))
  .refine((labels) => Object.keys(labels).length <= 50, 'must be at most 50 labels');

/** What the owner sets over what an agent says of itself; null takes it back. */
export const changeAgentBodySchema = z
  .object({
    capacity: z
      .object({
        cpu: z.number().positive().max(4096).nullable(),
        memory: z.int().positive().nullable(),
        gpu: z.int().min(0).max(1024).nullable(),
        slots: z.int().min(1).max(4096).nullable(),
      })
      .partial()
      .strict(),
    labels: labelsSchema.nullable(),
    pool: poolNameSchema.nullable(),
  })
  .partial()
  .strict();

export const inviteAgentBodySchema = z
  .object({
    /** What it will be called; absent, it says so itself. One of that name is replaced. */
    name: z.string().trim().min(1).max(200).optional(),
    labels: labelsSchema.optional(),
    pool: poolNameSchema.optional(),
    /** How long it can be used: a day if absent, at most 30. */
    expiresMinutes: z.int().min(1).max(43_200).default(1440),
  })
  .strict();

export const invitationSummarySchema = z.object({
  id: z.int().positive(),
  name: z.string().nullable(),
  labels: z.record(z.string(), z.string()).nullable(),
  pool: z.string().nullable(),
  created: z.string(),
  expires: z.string(),
});

export const issuedInvitationSchema = invitationSummarySchema.extend({
  /** Given to an agent it makes it one of ours, once. */
  token: z.string(),
});

export type ChangeAgentBody = z.infer<typeof changeAgentBodySchema>;
export type InviteAgentBody = z.input<typeof inviteAgentBodySchema>;
export type InviteAgentRequest = z.output<typeof inviteAgentBodySchema>;
export type InvitationSummary = z.infer<typeof invitationSummarySchema>;
export type IssuedInvitation = z.infer<typeof issuedInvitationSchema>;

/**
 * - `alive`: its lease has not ended; - `lost`: it ended without a word; - `left`: it stopped in good order.
 */
export const agentStates = ['alive', 'lost', 'left'] as const;
export type AgentState = (typeof agentStates)[number];

const capacityShape = z.object({ cpu: z.number(), memory: z.int(), gpu: z.int(), slots: z.int() });

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
  /** `memory` in bytes; `gpu` in graphics processors; `slots` is how many tasks it runs at a time. */
  capacity: capacityShape,
  /** What the agent says of itself, which the owner's words (`set`) go over. */
  reported: capacityShape,
  set: capacityShape.partial(),
  labels: z.record(z.string(), z.string()),
  /** Whether the labels are the owner's, and not the agent's own. */
  labelsSet: z.boolean(),
  /** It takes only what asks for this pool; in none, only what asks for none. */
  pool: z.string().nullable(),
  /**
   * How it reaches the bytes. `here`: as the server does; `shared`: by a storage that both see; `transfer`: over the
   * server.
   */
  storage: z.enum(['here', 'shared', 'transfer']),
  /** Whether it joined with an invitation, so that its right to come again can be revoked; and whether that was done. */
  invited: z.boolean(),
  revoked: z.boolean(),
  /** What keeps it from going on, such as a full disk. */
  trouble: z.string().nullable(),
  /** What its machine was doing lately, the newest last: busy cores, and bytes in use. Empty where it does not say. */
  machine: z.array(z.object({ cpu: z.number(), memory: z.number() })),
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
