/**
 * The cause of a failure: what its message says when all that differs from task to task is taken out (names of files,
 * numbers, ids, times), so that a fault that is everywhere is told once. What distinguishes one fault from another
 * stays: exit codes, signals, versions of tools, types such as `uint16`. Pure; every step takes time that is linear in
 * the message, which tools may fill with anything.
 */

/** What stands for a part that was taken out. */
const gap = { file: '‹file›', number: '‹number›', id: '‹id›', time: '‹time›', address: '‹address›' } as const;

/** Finds the parts that were taken out of a cause: splitting by it gives texts and gaps in turn. */
export const causeGaps = /(‹(?:file|number|id|time|address)›)/;

/** What the cause of a failure says that says nothing. */
export const silentCause = 'It says nothing about why.';

/**
 * What a message ends with where the log is to be read: without the task's number, and no part of the cause.
 */
export const logHint = '; its log says more: gantry logs TASK';

/** A message without the hint, for where the log stands beside it. */
export function withoutLogHint(message: string): string {
  return message.endsWith(logHint) ? message.slice(0, -logHint.length) : message;
}

/** Characters of a message that are looked at, and of a cause. */
const longestMessage = 4000;
const longestCause = 300;

/** The cause that a message tells of; one line. */
export function causeOf(message: string | null | undefined): string {
  const line = withoutLogHint(message ?? '')
    .slice(0, longestMessage)
    .replace(/\s+/g, ' ')
    .trim();
  if (line === '') return silentCause;
  const cause = line
    .replace(/\b[a-z][a-z0-9+-]{1,20}:\/\/[^\s"'<>]+/gi, gap.address)
    .replace(/[^\s"'`<>()[\]{},;|=‹›]+/g, replaceFile)
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, gap.id)
    .replace(/\b0x[0-9a-f]+\b/gi, gap.id)
    .replace(/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,128}\b/gi, gap.id)
    .replace(
      /\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?(?![\d-])/g,
      gap.time,
    )
    .replace(/\b\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?\b/g, gap.time)
    .replace(/\d+(?:[.,]\d+)*/g, replaceNumber)
    // A list of many is as good as one: how many there are differs, too.
    .replace(/-?(‹(\w+)›)(?:(?:, | and |, and |,| )-?‹\2›)+/g, '$1')
    .replace(/(^|[\s(=])-‹number›/g, `$1${gap.number}`);
  return cause.length <= longestCause ? cause : `${cause.slice(0, longestCause - 1).trimEnd()}…`;
}

/** Endings that tell a file by themselves. */
const fileEnding =
  /\.(?:tiff?|ome|png|jpe?g|bmp|webp|nd2|czi|lif|svs|ndpi|mrc|zarr|h5|hdf5?|nii|dcm|csv|tsv|json|jsonl|ya?ml|txt|xml|dzi|npy|npz|gz|zip|tar|py|js|mjs|ts|sh|log|toml|ini)$/i;

/** A word that names a file or a folder; punctuation behind it stays. */
function replaceFile(word: string, offset: number, text: string): string {
  // What stands beside a gap is the rest of a word that was none.
  if (text[offset - 1] === '›' || text[offset + word.length] === '‹') return word;
  const name = word.replace(/[.:!?…]+$/, '');
  return isFile(name) ? `${gap.file}${word.slice(name.length)}` : word;
}

function isFile(word: string): boolean {
  // `prepare@1.0.0` is a tool, `3/4` a share.
  if (word.includes('@') || /^[\d.]+\/[\d.]+$/.test(word)) return false;
  if (/^(?:\.{0,2}|~)\/./.test(word) || /^[A-Za-z]:\\/.test(word)) return true;
  if (fileEnding.test(word)) return true;
  if (/[/\\]/.test(word)) return /\d/.test(word) || /\.[A-Za-z]\w*$/.test(word);
  return /\d/.test(word) && /\.[A-Za-z]\w{0,9}$/.test(word) && !/^\d+(?:\.\d+)*\.?[A-Za-z]+$/.test(word);
}

/** Words before which a number is no measure but the fault's own. */
const named = /(?:exit code|exit status|status|errno|signal|code|HTTP)[ :]{1,2}-?$/i;
/** Types and versions: the number is part of the name. */
const partOfName = /(?:u?int|float|complex|utf-?|sha-?|md|python ?|py|node ?|@|\bv)$/i;

function replaceNumber(number: string, offset: number, text: string): string {
  const before = text.slice(Math.max(0, offset - 16), offset);
  return named.test(before) || partOfName.test(before) ? number : gap.number;
}
