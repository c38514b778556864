/** The text of a pipeline of one's own, with what is wrong at its lines. */
import type { CheckedPipeline } from '@gantry/model';
import { Button, FileButton } from '@mantine/core';
import { useRef, useState, type DragEvent } from 'react';
import { useDraft } from '../parts/use-draft.ts';
import { sentence } from './field-problems.tsx';
import classes from './pipeline-text.module.css';
import type { Choices } from './use-choices.ts';

/** Bytes; a pipeline is a page of text. */
const largestFile = 1_000_000;
const fewestLines = 8;

interface PipelineTextProps {
  readonly choices: Choices;
  readonly checked: CheckedPipeline | undefined;
}

export function PipelineText({ choices, checked }: PipelineTextProps) {
  const { own, writeOwn } = choices;
  const draft = useDraft(own.text, (text) => writeOwn({ ...own, text }));
  const area = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState<string>();
  const [over, setOver] = useState(false);
  const lines = draft.text.split('\n');
  const problems = own.text.trim() === '' || draft.isOpen ? [] : (checked?.problems ?? []);
  const take = async (file: File | null | undefined): Promise<void> => {
    if (file === null || file === undefined) return;
    if (file.size > largestFile) {
      setRefused(`${file.name} is too large to be a pipeline. Choose a YAML file of a few pages.`);
      return;
    }
    setRefused(undefined);
    writeOwn({ file: file.name, text: await file.text() });
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };
  const goTo = (line: number): void => {
    const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.current?.focus();
    area.current?.setSelectionRange(at, at + (lines[line - 1]?.length ?? 0));
  };
  return (
    <div
      className={classes['own']}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <div className={classes['head']}>
        <label htmlFor="own-pipeline">
          <strong>{own.file}</strong>
        </label>
        <span className="quiet">Paste the text, or drop a file here.</span>
        <span style={{ flex: 1 }} />
        <FileButton onChange={(file) => void take(file)} accept=".yaml,.yml,text/yaml">
          {(props) => (
            <Button {...props} size="compact-sm" variant="default">
              Choose a file…
            </Button>
          )}
        </FileButton>
      </div>
      {refused !== undefined && (
        <p role="alert" className={classes['refused']}>
          {refused}
        </p>
      )}
      <div className={classes['editor']}>
        <ol className={classes['gutter']} aria-hidden="true">
          {Array.from({ length: Math.max(fewestLines, lines.length) }, (_, index) => (
            <li key={index} data-wrong={problems.some(({ line }) => line === index + 1) || undefined}>
              {index + 1}
            </li>
          ))}
        </ol>
        <textarea
          id="own-pipeline"
          ref={area}
          className={classes['text']}
          value={draft.text}
          rows={Math.max(fewestLines, lines.length)}
          spellCheck={false}
          autoCapitalize="off"
          wrap="off"
          placeholder={'gantry: pipeline/v1\nname: …'}
          aria-invalid={problems.length > 0}
          aria-describedby="own-pipeline-problems"
          onChange={(event) => draft.type(event.currentTarget.value)}
          onBlur={draft.settle}
        />
      </div>
      <ul id="own-pipeline-problems" className={classes['problems']} aria-live="polite">
        {problems.map((problem, index) => (
          <li key={index}>
            <button type="button" onClick={() => goTo(problem.line)}>
              line {problem.line}
            </button>
            <span>
              <strong>{sentence(problem.message)}</strong> {problem.mend}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
