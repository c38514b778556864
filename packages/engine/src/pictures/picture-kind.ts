/** What an image probably shows, by the names that its makers and readers have for it. */
import type { OverlayKind } from '@gantry/model';

/** @param names of the tool, its output, and of inputs that read it */
export function guessKind(names: readonly string[]): OverlayKind {
  const any = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (any(/label|object|nuclei|cells|instances/i)) return 'labels';
  if (any(/mask|threshold|binary|foreground/i)) return 'mask';
  return 'image';
}
