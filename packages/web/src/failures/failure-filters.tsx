/** How failures are grouped, and which are shown. */
import type { FailureSummary } from '@gantry/model';
import { Button, SegmentedControl, Select } from '@mantine/core';
import type { FailuresSearch, FailureWindow } from '../failure-search.ts';
import { useChangeSearch } from '../parts/change-search.ts';
import { formatCount } from '../parts/numbers.ts';
import { lookOf } from '../parts/state-looks.tsx';
import classes from './failures.module.css';

const groupings = [
  { value: 'cause', label: 'Cause' },
  { value: 'stage', label: 'Stage' },
  { value: 'agent', label: 'Agent' },
  { value: 'host', label: 'Host' },
];
const times = [
  { value: '', label: 'at any time' },
  { value: '1h', label: 'in the last hour' },
  { value: '24h', label: 'in the last day' },
  { value: '7d', label: 'in the last week' },
];

/** Another choice shows another list: what was open and ticked there is not in it. */
const anew = { open: undefined, ticked: undefined };

interface FailureFiltersProps {
  readonly search: FailuresSearch;
  readonly summary: FailureSummary | undefined;
}

export function FailureFilters({ search, summary }: FailureFiltersProps) {
  const change = useChangeSearch<FailuresSearch>();
  const where = summary?.where ?? [];
  const runs = where.map(({ run, name }) => ({ value: String(run), label: `${run} ${name}` }));
  if (search.run !== undefined && !runs.some(({ value }) => value === String(search.run)))
    runs.unshift({ value: String(search.run), label: `run ${search.run}` });
  const stages = new Set(
    where
      .filter(({ run }) => search.run === undefined || run === search.run)
      .flatMap((one) => one.stages.map(({ stage }) => stage)),
  );
  if (search.stage !== undefined) stages.add(search.stage);
  const more = [
    ['cause', search.cause === undefined ? undefined : 'one cause'],
    ['outcome', search.outcome === undefined ? undefined : lookOf(search.outcome).word],
    ['pipeline', search.pipeline === undefined ? undefined : `pipeline ${search.pipeline}`],
    ['agent', search.agent === undefined ? undefined : `agent ${search.agent}`],
    ['host', search.host === undefined ? undefined : `host ${search.host}`],
  ] as const;
  return (
    <div className={`panel ${classes['filters']}`} role="group" aria-label="Which failures, and how">
      <span className={classes['by']}>
        <span className="quiet" id="grouped-by">
          Grouped by
        </span>
        <SegmentedControl
          size="xs"
          aria-labelledby="grouped-by"
          value={search.by ?? 'cause'}
          data={groupings}
          onChange={(value) =>
            change({ ...anew, by: value === 'cause' ? undefined : (value as FailuresSearch['by']) })
          }
        />
      </span>
      <Select
        size="xs"
        w="13rem"
        aria-label="Run"
        searchable
        value={search.run === undefined ? '' : String(search.run)}
        data={[
          {
            value: '',
            label: `all runs${where.length === 0 ? '' : ` (${formatCount(summary?.runs ?? 0)})`}`,
          },
          ...runs,
        ]}
        onChange={(value) =>
          change({ ...anew, run: value === null || value === '' ? undefined : Number(value) })
        }
        allowDeselect={false}
      />
      <Select
        size="xs"
        w="10rem"
        aria-label="Stage"
        value={search.stage ?? ''}
        data={[
          { value: '', label: 'all stages' },
          ...[...stages].sort().map((name) => ({ value: name, label: name })),
        ]}
        onChange={(value) => change({ ...anew, stage: value === null || value === '' ? undefined : value })}
        allowDeselect={false}
      />
      <Select
        size="xs"
        w="10rem"
        aria-label="When"
        value={search.since ?? ''}
        data={times}
        onChange={(value) =>
          change({ ...anew, since: value === null || value === '' ? undefined : (value as FailureWindow) })
        }
        allowDeselect={false}
      />
      {more.map(([name, words]) =>
        words === undefined ? null : (
          <Button
            key={name}
            size="compact-xs"
            variant="light"
            onClick={() => change({ ...anew, [name]: undefined })}
            aria-label={`Not only ${words}`}
            title={`Not only ${words}`}
          >
            {words} ✕
          </Button>
        ),
      )}
    </div>
  );
}
