/** What a machine was doing lately, as a small curve with the number of now behind it. */
import classes from './agents.module.css';

interface LoadCurveProps {
  readonly name: string;
  /** The newest last. */
  readonly values: readonly number[];
  readonly all: number;
  readonly words: string;
}

const [width, height] = [72, 22];
/** As many as the server keeps: the curve begins where something is known. */
const most = 60;

export function LoadCurve({ name, values, all, words }: LoadCurveProps) {
  const share = (value: number): number => Math.min(1, Math.max(0, value / Math.max(all, 1e-9)));
  const x = (index: number): number => width - 2 - ((values.length - 1 - index) * (width - 4)) / (most - 1);
  const y = (value: number): number => height - 2 - share(value) * (height - 4);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`);
  const last = values.at(-1);
  return (
    <div className={classes['curve']}>
      <span className={`quiet ${classes['curve-name']}`}>{name}</span>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`${name}: ${words}`}
      >
        <title>{`${name} in the last ten minutes`}</title>
        <line className={classes['curve-floor']} x1="0" x2={width} y1={height - 1.5} y2={height - 1.5} />
        {points.length > 1 && (
          <>
            <polygon
              className={classes['curve-fill']}
              points={`${x(0).toFixed(1)},${height - 2} ${points.join(' ')} ${x(values.length - 1).toFixed(1)},${height - 2}`}
            />
            <polyline className={classes['curve-line']} points={points.join(' ')} />
          </>
        )}
        {last !== undefined && (
          <circle className={classes['curve-dot']} cx={x(values.length - 1)} cy={y(last)} r="2" />
        )}
      </svg>
      <span className="figures">{words}</span>
    </div>
  );
}
