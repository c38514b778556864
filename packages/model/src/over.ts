/**
 * How a stage walks a lattice: the forms of `over`. What follows from them is left to `compile-stage.ts` (axes) and
 * `reference-model.ts` (tasks).
 */

/**
 * - `each`: a task per place of the union of the inputs' axes.
 * - `all`: one task.
 * - `group`: a task per value of `axes`.
 * - `neighbors`: a task per place, reading the places at `offsets`, which multiply over their axes; with `edges`
 *   `clip` the task runs with those that exist, with `drop` there is no task where any is absent.
 */
export type Over =
  | { readonly kind: 'each' }
  | { readonly kind: 'all' }
  | { readonly kind: 'group'; readonly axes: readonly string[] }
  | {
      readonly kind: 'neighbors';
      readonly offsets: Readonly<Record<string, readonly number[]>>;
      readonly edges: 'clip' | 'drop';
    };
