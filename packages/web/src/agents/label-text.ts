/** Labels as people write them: `scanner=b, room=2`. */
import { labelsSchema } from '@gantry/model';

export function writeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
}

/** Undefined, with what is wrong, where they cannot be read. */
export function readLabels(text: string): { labels?: Record<string, string>; wrong?: string } {
  const labels: Record<string, string> = {};
  for (const part of text.split(/[,\n]/).map((one) => one.trim())) {
    if (part === '') continue;
    const at = part.indexOf('=');
    if (at < 1) return { wrong: `“${part}” is not key=value.` };
    labels[part.slice(0, at).trim()] = part.slice(at + 1).trim();
  }
  const checked = labelsSchema.safeParse(labels);
  if (checked.success) return { labels: checked.data };
  const [issue] = checked.error.issues;
  return { wrong: `A label ${issue?.message ?? 'is not valid'}.` };
}

/** As options of a command. */
export function labelOptions(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
}
