/** A folder as a source: where it is, how its names are read, and whether files that come later count. */
import { isGantryError, type CheckedPipeline, type FieldProblem } from '@gantry/model';
import { Button, Radio, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { lookQuery, recentFoldersQuery } from '../api/new-run-queries.ts';
import { useDraft } from '../parts/use-draft.ts';
import { fieldError, problemsAt } from './field-problems.tsx';
import { FolderBrowser } from './folder-browser.tsx';
import { FolderPreview } from './folder-preview.tsx';
import { LiveFields } from './live-fields.tsx';
import classes from './new-run.module.css';
import type { SourceSearch } from './new-run-search.ts';
import { PatternField } from './pattern-field.tsx';
import { TileListOffer } from './tile-list-offer.tsx';
import type { Choices } from './use-choices.ts';

interface FolderSourceFieldsProps {
  readonly choices: Choices;
  readonly source: CheckedPipeline['sources'][number];
  readonly problems: readonly FieldProblem[];
}

export function FolderSourceFields({ choices, source, problems }: FolderSourceFieldsProps) {
  const { name, type, axes } = source;
  const chosen: SourceSearch = choices.search.sources?.[name] ?? {};
  const { folder = '', pattern = '' } = chosen;
  const change = (next: SourceSearch): void => choices.changeSource(name, { dataset: undefined, ...next });
  const extents = { ...source.extents, ...chosen.extents } as Record<string, [number, number]>;
  const body = { folder, pattern, type, axes, extents };
  const looked = useQuery({ ...lookQuery(body), enabled: folder !== '' });
  const look = folder === '' || looked.error !== null ? undefined : looked.data;
  const found = look !== undefined && look.folder !== '' && !looked.isPlaceholderData;
  const suggested = found ? look.suggestion?.pattern : undefined;
  // Until somebody writes one, the pattern that was found counts, and is written down.
  const isList = chosen.list === true;
  const taken = pattern === '' && !isList && found ? (look.pattern ?? undefined) : undefined;
  const take = useEffectEvent((text: string) => change({ pattern: text }));
  useEffect(() => {
    if (taken !== undefined) take(taken);
  }, [taken]);
  const at = (field: string): FieldProblem[] => {
    // Of a list, only planning the run tells what is wrong.
    const own = found && !isList ? problemsAt(look.problems, field) : [];
    return own.length > 0 ? own : problemsAt(problems, `sources.${name}.${field}`);
  };
  const folderProblems = looked.error === null || folder === '' ? at('folder') : [problemOf(looked.error)];
  return (
    <>
      <FolderField
        name={name}
        folder={folder}
        wanted={axes.length === 0 ? 'file' : 'folder'}
        problems={[...folderProblems, ...problemsAt(problems, `sources.${name}`)]}
        onChange={(next) => change(next)}
      />
      {folder !== '' && looked.error === null && (
        <TileListOffer
          tiles={found ? look.tiles : null}
          isTaken={isList}
          onTake={(list) => change({ list: list ? true : undefined, pattern: undefined, skip: undefined })}
        />
      )}
      {folder !== '' && looked.error === null && axes.length > 0 && !isList && (
        <PatternField
          name={name}
          axes={axes}
          pattern={pattern}
          suggested={suggested}
          look={look}
          problems={at('pattern')}
          onChange={(text) => change({ pattern: text })}
        />
      )}
      {folder !== '' && looked.error === null && axes.length === 0 && at('pattern').length > 0 && (
        <p className={classes['asError']}>{fieldError(at('pattern'))}</p>
      )}
      {!isList && look !== undefined && look.matched.count + look.twice.count > 0 && (
        <FolderPreview
          look={look}
          isOld={looked.isPlaceholderData}
          skip={chosen.skip === true}
          isLive={chosen.live === true}
          onSkip={(skip) => change({ skip: skip ? true : undefined })}
          onAgain={() => void looked.refetch()}
        />
      )}
      {folder !== '' && looked.error === null && axes.length > 0 && (
        <Radio.Group
          label={isList ? 'Which tiles' : 'Which files'}
          value={chosen.live === true ? 'live' : 'batch'}
          onChange={(value) => change({ live: value === 'live' ? true : undefined })}
        >
          <div className={classes['modes']}>
            <Radio
              value="batch"
              label="Those that are there now"
              description="The run ends when they are done."
            />
            <Radio
              value="live"
              label="Also those that still come"
              description="The folder is followed while images are taken; each is worked on as soon as it is whole."
            />
          </div>
        </Radio.Group>
      )}
      {chosen.live === true && axes.length > 0 && (
        <LiveFields
          chosen={chosen}
          source={isList ? { ...source, axes: [] } : source}
          problems={[...at('extents'), ...at('completeWhen.marker')]}
          onChange={change}
        />
      )}
    </>
  );
}

interface FolderFieldProps {
  readonly name: string;
  readonly folder: string;
  readonly wanted: 'folder' | 'file';
  readonly problems: readonly Pick<FieldProblem, 'message' | 'mend'>[];
  readonly onChange: (next: SourceSearch) => void;
}

function FolderField({ name, folder, wanted, problems, onChange }: FolderFieldProps) {
  const [browsing, setBrowsing] = useState(false);
  const { data: recent = [] } = useQuery(recentFoldersQuery);
  // Another folder has other names: its pattern is found anew.
  const draft = useDraft(folder, (text) =>
    onChange({ folder: text.trim(), pattern: undefined, list: undefined, skip: undefined }),
  );
  return (
    <div className={classes['field']}>
      <TextInput
        id={`source-${name}-folder`}
        label={wanted === 'folder' ? 'Folder' : 'Folder of the file'}
        description="On the machine that Gantry runs on"
        placeholder="/data/tiles"
        value={draft.text}
        onChange={(event) => draft.type(event.currentTarget.value)}
        onBlur={draft.settle}
        error={fieldError(problems)}
        spellCheck={false}
        inputContainer={(input) => (
          <div className={classes['beside']}>
            {input}
            <Button variant="default" onClick={() => setBrowsing(true)}>
              Browse…
            </Button>
          </div>
        )}
      />
      {folder === '' && recent.length > 0 && (
        <div className={classes['recent']} role="group" aria-label="Folders used of late">
          <span className="quiet">Used of late:</span>
          {recent.slice(0, 5).map((one) => (
            <Button
              key={one.folder}
              size="compact-xs"
              variant="default"
              title={one.folder}
              onClick={() => onChange({ folder: one.folder, pattern: undefined, list: undefined })}
            >
              {one.folder.split('/').slice(-2).join('/')}
            </Button>
          ))}
        </div>
      )}
      {browsing && (
        <FolderBrowser
          start={folder === '' ? undefined : folder}
          wanted={wanted}
          onChoose={(chosen, file) => {
            setBrowsing(false);
            onChange({
              folder: chosen,
              pattern: file === undefined ? undefined : file.replaceAll('{', '{{').replaceAll('}', '}}'),
              list: undefined,
              skip: undefined,
            });
          }}
          onClose={() => setBrowsing(false)}
        />
      )}
    </div>
  );
}

function problemOf(error: Error): Pick<FieldProblem, 'message' | 'mend'> {
  return { message: error.message, mend: (isGantryError(error) ? error.mend : undefined) ?? '' };
}
