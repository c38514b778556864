/** The text of a pipeline that somebody pasted: too long for an address, it is kept by this browser's tab. */
import { useCallback, useState } from 'react';

export interface OwnPipeline {
  readonly file: string;
  readonly text: string;
}

const key = 'gantry-own-pipeline';
const nothing: OwnPipeline = { file: 'pipeline.yaml', text: '' };

export function useOwnPipeline(): readonly [OwnPipeline, (own: OwnPipeline) => void] {
  const [own, setOwn] = useState(read);
  const keep = useCallback((next: OwnPipeline) => {
    setOwn(next);
    sessionStorage.setItem(key, JSON.stringify(next));
  }, []);
  return [own, keep];
}

function read(): OwnPipeline {
  try {
    const value = JSON.parse(sessionStorage.getItem(key) ?? 'null') as unknown;
    if (typeof value !== 'object' || value === null) return nothing;
    const { file, text } = value as { file?: unknown; text?: unknown };
    return typeof file === 'string' && typeof text === 'string' ? { file, text } : nothing;
  } catch {
    // What another version has written counts for nothing.
    return nothing;
  }
}
