/**
 * The pipeline of a run that is there: its revisions, what an edit would come to, and the edit itself.
 */
import { checkEdit, editRun, listRevisions, readEditable, tryEdit } from '@gantry/engine';
import {
  drawGraph,
  editablePipelineSchema,
  editedRunSchema,
  editRunBodySchema,
  FileErrors,
  plannedEditSchema,
  revisionSummarySchema,
  userApiPath,
  type EditablePipeline,
  type EditedRun,
  type PlannedEdit,
  type RevisionSummary,
} from '@gantry/model';
import type { ServerContext } from './context.ts';
import { idParams } from './path-params.ts';
import { route, type Route } from './routes.ts';

export function editRoutes(context: ServerContext): Route[] {
  const { engine, toolFolders } = context;
  return [
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/revisions`,
      who: 'owner',
      operation: 'listRevisions',
      summary: 'Lists the revisions of a run’s pipeline, newest first, with what each changed',
      schemas: { params: idParams, answer: revisionSummarySchema.array() },
      handle: ({ params }): Promise<RevisionSummary[]> => listRevisions(engine, params.id),
    }),
    route({
      method: 'GET',
      path: `${userApiPath}/runs/:id/pipeline`,
      who: 'owner',
      operation: 'readPipeline',
      summary: 'Tells what an edit of a run’s pipeline begins with: its text, parameters and bounds',
      schemas: { params: idParams, answer: editablePipelineSchema },
      handle: ({ params }): Promise<EditablePipeline> => readEditable(engine, params.id, toolFolders),
    }),
    route({
      method: 'POST',
      path: `${userApiPath}/runs/:id/pipeline/check`,
      who: 'owner',
      operation: 'checkEdit',
      summary: 'Tells what is wrong with an edit of a run’s pipeline, or how many tasks it would do again',
      schemas: { params: idParams, body: editRunBodySchema, answer: plannedEditSchema },
      async handle({ params, body }): Promise<PlannedEdit> {
        try {
          const edit = await checkEdit(engine, params.id, body, toolFolders);
          const { changes, effects } = await tryEdit(engine, params.id, edit);
          return {
            problems: [],
            ...listed({ changes, effects }),
            pipeline: edit.source === undefined ? null : copied(edit.source),
            graph: drawGraph(edit.pipeline),
          };
        } catch (error) {
          if (!(error instanceof FileErrors)) throw error;
          return { problems: [...error.problems], changes: [], effects: [], pipeline: null };
        }
      },
    }),
    route({
      method: 'PUT',
      path: `${userApiPath}/runs/:id/pipeline`,
      who: 'owner',
      operation: 'editRun',
      summary:
        'Gives a run another revision of its pipeline; refused where it was edited since the one that is named',
      schemas: { params: idParams, body: editRunBodySchema, answer: editedRunSchema },
      async handle({ params, body }): Promise<EditedRun> {
        const edit = await checkEdit(engine, params.id, body, toolFolders);
        const { revision, changes, effects } = await editRun(engine, params.id, edit);
        // A run that had ended may be at work again.
        await context.intakes.review();
        return { revision, ...listed({ changes, effects }) };
      },
    }),
  ];
}

type Outcome = Awaited<ReturnType<typeof editRun>>;

function listed({
  changes,
  effects,
}: Pick<Outcome, 'changes' | 'effects'>): Pick<EditedRun, 'changes' | 'effects'> {
  return {
    changes: changes.map((change) => ({ ...change, parts: change.parts.map((part) => ({ ...part })) })),
    effects: effects.map((effect) => ({ ...effect })),
  };
}

function copied({
  file,
  text,
  tools,
  params,
}: NonNullable<RevisionSummary['pipeline']> | PipelineText): NonNullable<PlannedEdit['pipeline']> {
  return {
    ...{ file, text, tools: [...tools] },
    params: Object.fromEntries(Object.entries(params).map(([stage, values]) => [stage, { ...values }])),
  };
}

interface PipelineText {
  readonly file: string;
  readonly text: string;
  readonly tools: readonly string[];
  readonly params: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
