/**
 * Values of parameters as texts of a form: what holds without a choice, what a text is worth, and how limits are said.
 * The checks are the model's own, which the server makes as well.
 */
import { checkParamValue, readParamText, type CheckedPipeline, type ToolParam } from '@gantry/model';

export type FormParam = CheckedPipeline['stages'][number]['params'][number];

/** What the pipeline's file gives, or the tool's default, as a text; undefined where there is neither. */
export function baseText({ declared, set }: FormParam): string | undefined {
  const value = set === undefined ? declared.default : set;
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(String).join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}

/** What is wrong with a text, as the end of a sentence; also with none where one is needed. */
export function wrongParam(param: FormParam, given: string | undefined): string | undefined {
  if (given === undefined)
    return param.declared.required && baseText(param) === undefined ? 'must be given' : undefined;
  return checkParamValue(param.declared, readParamText(param.declared, given));
}

/** `30 px` */
export function withUnit(text: string, { unit }: ToolParam): string {
  if (text === '') return 'nothing';
  return unit === undefined ? text : `${text} ${unit}`;
}

/** `0 to 1,000 px`; empty where there are none. */
export function describeLimits(declared: ToolParam): string {
  if (declared.type !== 'number' && declared.type !== 'integer') return '';
  const { min, max, unit = '' } = declared;
  const kind = declared.type === 'integer' ? 'whole number, ' : '';
  const end = unit === '' ? '' : ` ${unit}`;
  if (min !== undefined && max !== undefined) return `${kind}${min} to ${max}${end}`;
  if (min !== undefined) return `${kind}at least ${min}${end}`;
  if (max !== undefined) return `${kind}at most ${max}${end}`;
  return kind === '' ? '' : 'whole number';
}
