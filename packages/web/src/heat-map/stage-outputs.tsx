/** What a stage makes, as links to the datasets. */
import type { RunGraph } from '@gantry/model';
import { Link } from '@tanstack/react-router';
import { TypeIcon, typeWords } from '../parts/type-icon.tsx';
import classes from './heat-map.module.css';

interface StageOutputsProps {
  readonly graph: RunGraph | undefined;
  readonly stage: string;
}

export function StageOutputs({ graph, stage }: StageOutputsProps) {
  const outputs = graph?.stages.find(({ name }) => name === stage)?.outputs ?? [];
  if (outputs.length === 0) return null;
  return (
    <p className={classes['outputs']}>
      <span className="quiet">{stage} makes</span>
      {outputs.map(({ name, type, dataset }) =>
        dataset === undefined ? null : (
          <Link key={name} to="/datasets/$dataset" params={{ dataset }} className={classes['output']}>
            <TypeIcon type={type} size={15} />
            {name}
            <span className="unseen">, {typeWords[type]}</span>
          </Link>
        ),
      )}
    </p>
  );
}
