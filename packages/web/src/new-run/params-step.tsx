/** The parameters of every stage, made from what its tool declares: shown closed, with those that were changed. */
import type { CheckedPipeline, FieldProblem } from '@gantry/model';
import { Accordion, Badge } from '@mantine/core';
import { formatThings } from '../parts/numbers.ts';
import classes from './new-run.module.css';
import { ParamField } from './param-field.tsx';
import { otherWords } from './other-words.tsx';
import { baseText, withUnit, wrongParam } from './param-texts.ts';
import type { Choices } from './use-choices.ts';

interface ParamsStepProps {
  readonly choices: Pick<Choices, 'changeParam'> & { readonly search: Pick<Choices['search'], 'params'> };
  readonly stages: CheckedPipeline['stages'];
  readonly problems: readonly FieldProblem[];
}

export function ParamsStep({ choices, stages, problems }: ParamsStepProps) {
  const withParams = stages.filter(({ params }) => params.length > 0);
  // Stages in which something must be given are open from the start.
  const needed = withParams.filter(({ params }) => params.some((param) => isNeeded(param)));
  if (withParams.length === 0) return <p className="quiet">The stages of this pipeline have none.</p>;
  return (
    <Accordion
      multiple
      variant="contained"
      defaultValue={needed.map(({ name }) => name)}
      order={3}
      classNames={{ item: classes['stage'] ?? '', panel: classes['stagePanel'] ?? '' }}
    >
      {withParams.map((stage) => {
        const given = choices.search.params?.[stage.name] ?? {};
        const changed = stage.params.filter(({ name }) => given[name] !== undefined);
        const wrong = stage.params.filter((param) => wrongParam(param, given[param.name]) !== undefined);
        return (
          <Accordion.Item key={stage.name} value={stage.name}>
            <Accordion.Control>
              <span className={classes['stageHead']}>
                <strong>{stage.name}</strong>
                {otherWords(stage.toolTitle, stage.name)}
                {changed.map((param) => (
                  <Badge key={param.name} variant="light" tt="none" fw={500}>
                    {param.name} {withUnit(given[param.name] ?? '', param.declared)}
                  </Badge>
                ))}
                {wrong.length > 0 && (
                  <Badge color="var(--danger-fill)" tt="none">
                    {formatThings(wrong.length, 'value')} to mend
                  </Badge>
                )}
                {changed.length === 0 && wrong.length === 0 && (
                  <span className="quiet">{formatThings(stage.params.length, 'parameter')} as they are</span>
                )}
              </span>
            </Accordion.Control>
            <Accordion.Panel>
              {stage.toolDescription !== '' && <p className="quiet">{stage.toolDescription}</p>}
              <div className={classes['params']}>
                {stage.params.map((param) => (
                  <ParamField
                    key={param.name}
                    stage={stage.name}
                    param={param}
                    given={given[param.name]}
                    problems={problems.filter(
                      ({ field }) => field === `stages.${stage.name}.params.${param.name}`,
                    )}
                    onChange={(text) => choices.changeParam(stage.name, param.name, text)}
                  />
                ))}
              </div>
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}

function isNeeded(param: CheckedPipeline['stages'][number]['params'][number]): boolean {
  return param.declared.required && baseText(param) === undefined;
}
