/**
 * How a stage walks a lattice: the forms of `over`, and the arithmetic from the places that an input has to the
 * tasks that read them and back. Which tasks exist and in which state is left to `reference-model.ts`.
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
