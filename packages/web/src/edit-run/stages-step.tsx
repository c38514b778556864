/** The stages as they are: each may be taken out; and one more may be put in, with a tool and what it reads. */
import type { CheckedPipeline, EditablePipeline, FieldProblem, ToolSummary } from '@gantry/model';
import { Button, Select, TextInput } from '@mantine/core';
import { useId } from 'react';
import { fieldError } from '../new-run/field-problems.tsx';
import { otherWords } from '../new-run/other-words.tsx';
import { useDraft } from '../parts/use-draft.ts';
import type { AddedStage } from './edit-search.ts';
import classes from './edit-run.module.css';
import type { Edits } from './use-edits.ts';

interface StagesStepProps {
  readonly edits: Edits;
  readonly editable: EditablePipeline;
  readonly problems: readonly FieldProblem[];
}

export function StagesStep({ edits, editable, problems }: StagesStepProps) {
  const { checked } = editable;
  const { remove = [], add = {} } = edits.search;
  const addOne = (): void => {
    const taken = [...checked.stages.map(({ name }) => name), ...checked.sources.map(({ name }) => name)];
    let number = 1;
    while (taken.includes(`stage${number}`) || `stage${number}` in add) number += 1;
    edits.addStage(`stage${number}`, {});
  };
  return (
    <>
      <ul className={classes['stages']}>
        {checked.stages.map((stage) => {
          const removed = remove.includes(stage.name);
          const reads = checked.graph?.edges.filter(({ to }) => to === stage.name) ?? [];
          const wrong = problems.find(({ field }) => field.startsWith(`stages.${stage.name}.inputs`));
          return (
            <li key={stage.name} className="panel" data-removed={removed || undefined}>
              <span className={classes['stageName']}>
                <strong>{stage.name}</strong> {otherWords(stage.toolTitle, stage.name)}
                <span className="quiet">
                  {' '}
                  · reads{' '}
                  {reads
                    .map(({ from, output }) => (output === undefined ? from : `${from}.${output}`))
                    .join(', ')}
                </span>
              </span>
              <Button
                size="compact-xs"
                variant={removed ? 'filled' : 'default'}
                aria-label={removed ? `Keep ${stage.name}` : `Remove ${stage.name}`}
                onClick={() => edits.removeStage(stage.name, !removed)}
              >
                {removed ? 'Keep' : 'Remove'}
              </Button>
              {removed && (
                <span className={classes['wide']}>
                  Its data stay. What reads it will read what it reads now, where types and axes allow.
                </span>
              )}
              {wrong !== undefined && <span className={classes['wrong']}>{fieldError([wrong])}</span>}
            </li>
          );
        })}
      </ul>
      {Object.entries(add).map(([name, stage], index) => (
        <AddedStageFields
          // Its name may be typed anew.
          key={index}
          name={name}
          stage={stage}
          edits={edits}
          tools={editable.tools}
          checked={checked}
          problems={problems.filter(
            ({ field }) => field === `stages.${name}` || field.startsWith(`stages.${name}.`),
          )}
        />
      ))}
      <div>
        <Button variant="default" onClick={addOne}>
          Add a stage
        </Button>
      </div>
    </>
  );
}

interface AddedStageFieldsProps {
  readonly name: string;
  readonly stage: AddedStage;
  readonly edits: Edits;
  readonly tools: readonly ToolSummary[];
  readonly checked: CheckedPipeline;
  readonly problems: readonly FieldProblem[];
}

function AddedStageFields({ name, stage, edits, tools, checked, problems }: AddedStageFieldsProps) {
  const title = useId();
  const tool = tools.find((one) => `${one.name}@${one.version}` === stage.tool);
  const change = (next: AddedStage): void => edits.addStage(name, { ...stage, ...next });
  const draft = useDraft(name, (text) => {
    if (text === name || !/^[A-Za-z_]\w*$/.test(text) || checked.stages.some((one) => one.name === text))
      return;
    if (edits.search.add?.[text] !== undefined) return;
    edits.renameStage(name, text);
  });
  const datasets = datasetsOf(checked, edits.search.remove ?? []);
  const axes = [
    ...new Set(
      Object.values(stage.inputs ?? {}).flatMap(
        (text) => datasets.find((one) => one.value === text)?.axes ?? [],
      ),
    ),
  ];
  return (
    <fieldset className={`panel ${classes['added']}`} aria-labelledby={title}>
      <legend id={title} className="unseen">
        New stage {name}
      </legend>
      <div className={classes['fields']}>
        <TextInput
          label="Name"
          value={draft.text}
          onChange={(event) => draft.type(event.currentTarget.value)}
          onBlur={draft.settle}
        />
        <Select
          label="Tool"
          placeholder="Choose a tool"
          searchable
          data={tools.map((one) => ({
            value: `${one.name}@${one.version}`,
            label:
              one.title === one.name
                ? `${one.name} ${one.version}`
                : `${one.title} (${one.name} ${one.version})`,
          }))}
          value={stage.tool ?? null}
          onChange={(value) =>
            change({ tool: value ?? undefined, inputs: suggestInputs(tools, value, datasets) })
          }
          error={fieldError(problems.filter(({ field }) => field.endsWith('.tool')))}
        />
        <Select
          label="Walks"
          data={[
            { value: '', label: 'each place' },
            { value: 'all', label: 'all at once' },
            ...axes.map((axis) => ({ value: axis, label: `each ${axis}` })),
          ]}
          value={stage.over ?? ''}
          allowDeselect={false}
          onChange={(value) => change({ over: value === null || value === '' ? undefined : value })}
          error={fieldError(problems.filter(({ field }) => field.includes('.over')))}
        />
      </div>
      {tool !== undefined && (
        <div className={classes['fields']}>
          {tool.inputs.map((input) => (
            <Select
              key={input.name}
              label={`Reads as ${input.title}`}
              description={`${input.type}${input.many ? 's, several' : ''}${input.required ? '' : ', may be left out'}`}
              placeholder="Choose what it reads"
              data={datasets
                .filter(({ type }) => input.type === 'file' || type === input.type)
                .map(({ value, label }) => ({ value, label }))}
              value={stage.inputs?.[input.name] ?? null}
              clearable={!input.required}
              onChange={(value) => change({ inputs: { ...stage.inputs, [input.name]: value ?? '' } })}
              error={fieldError(
                problems.filter(({ field }) => field === `stages.${name}.inputs.${input.name}`),
              )}
            />
          ))}
        </div>
      )}
      {tool !== undefined && tool.description !== '' && <p className="quiet">{tool.description}</p>}
      <div>
        <Button size="compact-xs" variant="default" onClick={() => edits.addStage(name, undefined)}>
          Leave it out
        </Button>
      </div>
    </fieldset>
  );
}

interface Dataset {
  readonly value: string;
  readonly label: string;
  readonly type: string;
  readonly axes: readonly string[];
}

/** What there is to read: the sources, and what stages make that stay. */
function datasetsOf({ sources, graph }: CheckedPipeline, removed: readonly string[]): Dataset[] {
  return [
    ...sources.map(({ name, type, axes }) => ({ value: name, label: name, type, axes })),
    ...(graph?.stages ?? [])
      .filter(({ name }) => !removed.includes(name))
      .flatMap(({ name, outputs }) =>
        outputs.map((output) => {
          const value = `${name}.${output.name}`;
          return { value, label: value, type: output.type, axes: output.axes };
        }),
      ),
  ];
}

/** The latest of what fits, for each input that is needed. */
function suggestInputs(
  tools: readonly ToolSummary[],
  chosen: string | null,
  datasets: readonly Dataset[],
): Record<string, string> | undefined {
  const tool = tools.find((one) => `${one.name}@${one.version}` === chosen);
  const inputs = tool?.inputs.flatMap(({ name, type, required }) => {
    const fits = datasets.findLast((dataset) => type === 'file' || dataset.type === type);
    return fits === undefined || !required ? [] : [[name, fits.value] as const];
  });
  return inputs === undefined ? undefined : Object.fromEntries(inputs);
}
