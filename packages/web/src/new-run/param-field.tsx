/** One parameter: a field of the form that its tool's declaration asks for. */
import type { FieldProblem } from '@gantry/model';
import { Button, MultiSelect, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { useDraft } from '../parts/use-draft.ts';
import { fieldError } from './field-problems.tsx';
import classes from './new-run.module.css';
import { baseText, describeLimits, withUnit, wrongParam, type FormParam } from './param-texts.ts';

interface ParamFieldProps {
  readonly stage: string;
  readonly param: FormParam;
  /** Undefined where nothing was chosen. */
  readonly given: string | undefined;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (text: string | undefined) => void;
}

export function ParamField({ stage, param, given, problems, onChange }: ParamFieldProps) {
  const { name, declared } = param;
  const base = baseText(param);
  const wrong = wrongParam(param, given);
  // What nobody has touched yet is only said to be missing by the list of what is still to do.
  const error =
    wrong !== undefined && given !== undefined
      ? `It ${wrong}.`
      : given === undefined
        ? undefined
        : fieldError(problems);
  const shared = {
    id: `param-${stage}-${name}`,
    label: (
      <>
        {declared.title ?? name}
        {declared.title !== undefined && <span className="quiet"> {name}</span>}
      </>
    ),
    description: describe(param),
    error,
    withAsterisk: declared.required && base === undefined,
  };
  return (
    <div className={classes['param']}>
      <ParamInput param={param} given={given} base={base} shared={shared} onChange={onChange} />
      {given !== undefined && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => onChange(undefined)}
          aria-label={`${name}: back to ${base === undefined ? 'nothing' : withUnit(base, declared)}`}
        >
          Back to {base === undefined ? 'nothing' : withUnit(base, declared)}
        </Button>
      )}
    </div>
  );
}

interface ParamInputProps extends Pick<ParamFieldProps, 'param' | 'given' | 'onChange'> {
  readonly base: string | undefined;
  readonly shared: {
    readonly id: string;
    readonly label: ReactNode;
    readonly description: ReactNode;
    readonly error: ReactNode;
    readonly withAsterisk: boolean;
  };
}

function ParamInput({ param: { declared }, given, base, shared, onChange }: ParamInputProps) {
  /** What holds without a choice is no choice. */
  const choose = (text: string | undefined): void => onChange(text === base ? undefined : text);
  switch (declared.type) {
    case 'boolean':
      return (
        <Select
          {...shared}
          data={[
            { value: 'true', label: 'yes' },
            { value: 'false', label: 'no' },
          ]}
          value={given ?? base ?? null}
          placeholder="the tool decides"
          allowDeselect={base === undefined}
          onChange={(value) => choose(value ?? undefined)}
        />
      );
    case 'enum':
      return (
        <Select
          {...shared}
          data={declared.values.map(String)}
          value={given ?? base ?? null}
          placeholder="the tool decides"
          allowDeselect={base === undefined}
          onChange={(value) => choose(value ?? undefined)}
        />
      );
    case 'array':
      if (declared.items.type !== 'enum')
        return <TextParam shared={shared} given={given} base={base} unit={declared.unit} onChange={choose} />;
      return (
        <MultiSelect
          {...shared}
          data={declared.items.values.map(String)}
          value={(given ?? base ?? '').split(',').filter((one) => one !== '')}
          onChange={(values) => choose(values.join(','))}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Choose none' }}
        />
      );
    case 'string':
    case 'integer':
    case 'number':
      return (
        <TextParam
          shared={shared}
          given={given}
          base={base}
          unit={declared.unit}
          isNumber={declared.type !== 'string'}
          onChange={choose}
        />
      );
  }
}

interface TextParamProps extends Pick<ParamInputProps, 'shared' | 'given' | 'base'> {
  readonly unit: string | undefined;
  readonly isNumber?: boolean;
  readonly onChange: (text: string | undefined) => void;
}

function TextParam({ shared, given, base, unit, isNumber = false, onChange }: TextParamProps) {
  // An empty number is none; an empty text is one.
  const draft = useDraft(given ?? base ?? '', (text) =>
    onChange(isNumber && text.trim() === '' ? undefined : text),
  );
  return (
    <TextInput
      {...shared}
      error={draft.isOpen ? undefined : shared.error}
      value={draft.text}
      placeholder={base === undefined ? 'the tool decides' : ''}
      inputMode={isNumber ? 'decimal' : 'text'}
      onChange={(event) => draft.type(event.currentTarget.value)}
      onBlur={draft.settle}
      rightSection={unit === undefined ? null : <span className="quiet">{unit}</span>}
      rightSectionWidth={unit === undefined ? 0 : `${unit.length + 2}ch`}
      rightSectionPointerEvents="none"
    />
  );
}

function describe({ declared }: FormParam): ReactNode {
  const limits = describeLimits(declared);
  const parts = [
    declared.description.replace(/\.$/, ''),
    limits,
    declared.type === 'array' && declared.items.type !== 'enum' ? 'several with commas between' : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(' · ');
}
