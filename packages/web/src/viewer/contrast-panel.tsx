/** Brightness and contrast: the window by histogram or by numbers, gamma and colours. */
import type { PictureDescription } from '@gantry/model';
import { Button, NativeSelect, NumberInput, Slider } from '@mantine/core';
import { colourMaps, type ColourMap } from './colour-maps.ts';
import { HistogramControl } from './histogram-control.tsx';
import type { Tone } from './paint-values.ts';
import type { ViewSearch } from './view-search.ts';
import classes from './viewer.module.css';

type ToneSearch = Pick<ViewSearch, 'low' | 'high' | 'gamma' | 'map'>;

interface ContrastPanelProps {
  readonly picture: PictureDescription;
  readonly tone: Tone;
  readonly onChange: (next: ToneSearch) => void;
}

/** What is shown where the address says nothing of it. */
export function toneOf(picture: PictureDescription, search: ToneSearch): Tone {
  const { low, high } = search;
  const own = low !== undefined && high !== undefined && high > low;
  return {
    ...(own ? { low, high } : picture.defaultWindow),
    gamma: search.gamma ?? 1,
    map: search.map ?? 'grey',
  };
}

export function ContrastPanel({ picture, tone, onChange }: ContrastPanelProps) {
  const { histogram, defaultWindow, sampleFormat } = picture;
  const setLow = (value: string | number): void => {
    if (typeof value === 'number' && value < tone.high) onChange({ low: value, high: tone.high });
  };
  const setHigh = (value: string | number): void => {
    if (typeof value === 'number' && value > tone.low) onChange({ low: tone.low, high: value });
  };
  const step = sampleFormat === 'uint' ? 1 : histogram.binWidth;
  const all = { low: histogram.minimum, high: Math.max(histogram.maximum, histogram.minimum + step) };
  return (
    <section className={classes['section']} aria-label="Brightness and contrast">
      <div className={classes['sectionHead']}>
        <h2>Brightness and contrast</h2>
      </div>
      <HistogramControl picture={picture} tone={tone} onChange={onChange} />
      <div className={classes['ends']}>
        <NumberInput
          label="Low"
          size="xs"
          value={tone.low}
          onChange={setLow}
          step={step}
          hideControls
          thousandSeparator=","
        />
        <NumberInput
          label="High"
          size="xs"
          value={tone.high}
          onChange={setHigh}
          step={step}
          hideControls
          thousandSeparator=","
        />
      </div>
      <Button.Group>
        <Button
          size="compact-xs"
          variant="default"
          flex={1}
          title="0.1 % of the pixels darker, 0.1 % brighter"
          onClick={() => onChange(autoWindow(picture))}
        >
          Auto
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          flex={1}
          title="From the lowest to the highest value"
          onClick={() => onChange(all)}
        >
          All values
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          flex={1}
          title={`As the image comes: ${defaultWindow.low} to ${defaultWindow.high}, gamma 1, grey`}
          onClick={() => onChange({ low: undefined, high: undefined, gamma: undefined, map: undefined })}
        >
          Reset
        </Button>
      </Button.Group>
      <div className={classes['row']}>
        <span className={classes['rowName']} id="gamma">
          Gamma
        </span>
        <Slider
          size="sm"
          min={-1}
          max={1}
          step={0.02}
          value={Math.log10(tone.gamma) / Math.log10(5)}
          label={tone.gamma.toFixed(2)}
          onChange={(value) => {
            const gamma = Number((5 ** value).toFixed(2));
            onChange({ gamma: gamma === 1 ? undefined : gamma });
          }}
          thumbProps={{ 'aria-labelledby': 'gamma', 'aria-valuetext': tone.gamma.toFixed(2) }}
        />
        <span className={`figures ${classes['rowValue']}`}>{tone.gamma.toFixed(2)}</span>
      </div>
      <div className={classes['row']}>
        <label htmlFor="colours">Colours</label>
        <NativeSelect
          id="colours"
          size="xs"
          value={tone.map}
          data={colourMaps.map((map) => ({ value: map, label: map }))}
          onChange={(event) => {
            const map = event.currentTarget.value as ColourMap;
            onChange({ map: map === 'grey' ? undefined : map });
          }}
        />
      </div>
    </section>
  );
}

/** The percentiles 0.1 and 99.9 of the histogram. */
function autoWindow({ histogram }: PictureDescription): { low: number; high: number } {
  const { counts, low, binWidth } = histogram;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const valueAt = (share: number): number => {
    let sum = 0;
    const bin = counts.findIndex((count) => (sum += count) >= share * total && count > 0);
    return low + Math.max(0, bin) * binWidth;
  };
  const from = valueAt(0.001);
  return { low: from, high: Math.max(valueAt(0.999) + binWidth, from + binWidth) };
}
