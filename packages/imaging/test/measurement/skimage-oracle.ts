/**
 * Asks scikit-image (Debian's python3-skimage, through /usr/bin/python3) what it makes of many images in
 * one call. Comparing is left to the tests.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Plane = Uint8Array | Uint16Array | Uint32Array | Float32Array;

const DTYPES = new Map<unknown, string>([
  [Uint8Array, 'u1'],
  [Uint16Array, 'u2'],
  [Uint32Array, 'u4'],
  [Float32Array, 'f4'],
]);

/**
 * Runs `body` with a list `cases` of dicts of numpy arrays (by the names in `planes`) and of the other
 * values; the list `answers` that it fills comes back.
 */
function askPython<T>(body: string, cases: readonly Record<string, unknown>[]): T[] {
  const folder = mkdtempSync(join(tmpdir(), 'gantry-oracle-'));
  try {
    const described = cases.map((one, index) =>
      Object.fromEntries(
        Object.entries(one).map(([name, value]) => {
          if (!ArrayBuffer.isView(value)) return [name, value];
          const file = join(folder, `${index}-${name}.raw`);
          const plane = value as Plane;
          writeFileSync(file, new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength));
          return [name, { file, dtype: DTYPES.get(plane.constructor) }];
        }),
      ),
    );
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(described));
    writeFileSync(join(folder, 'oracle.py'), `${PREAMBLE}\n${body}\n${EPILOGUE}`);
    try {
      execFileSync('/usr/bin/python3', [join(folder, 'oracle.py'), folder], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    } catch (error) {
      throw new Error('scikit-image did not answer; the tests need: apt-get install python3-skimage', {
        cause: error,
      });
    }
    return JSON.parse(readFileSync(join(folder, 'answers.json'), 'utf8')) as T[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PREAMBLE = `
import base64, json, sys, math, warnings
import numpy as np
warnings.filterwarnings('ignore')
folder = sys.argv[1]
def load(one):
    planes = {k: np.fromfile(v['file'], dtype='<' + v['dtype']).reshape(-1, one['width'])
              for k, v in one.items() if isinstance(v, dict)}
    return {**one, **planes}
cases = map(load, json.load(open(folder + '/cases.json')))
answers = []
`;
const EPILOGUE = `
def plain(v):
    if isinstance(v, dict): return {k: plain(x) for k, x in v.items()}
    if isinstance(v, list): return [plain(x) for x in v]
    if isinstance(v, str): return v
    v = float(v)
    return v if math.isfinite(v) else None
json.dump([plain(a) for a in answers], open(folder + '/answers.json', 'w'))
`;

/** scikit-image's `measure.label` of each mask, row after row. */
export function labelWithSkimage(
  cases: readonly { mask: Plane; width: number; connectivity: 4 | 8 }[],
): Uint32Array[] {
  const body = `
from skimage.measure import label
for c in cases:
    labels = label(c['mask'] != 0, connectivity=2 if c['connectivity'] == 8 else 1)
    answers.append(base64.b64encode(labels.astype('<u4').tobytes()).decode())
`;
  return askPython<string>(body, cases).map((text) => {
    const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
    return new Uint32Array(bytes.buffer);
  });
}

/** scikit-image's `filters.threshold_otsu` of each image over its full range of integers. */
export function otsuWithSkimage(cases: readonly { image: Plane; width: number }[]): number[] {
  const body = `
from skimage.filters import threshold_otsu
for c in cases:
    answers.append(threshold_otsu(c['image']))
`;
  return askPython<number>(body, cases);
}

/** Columns of our table as scikit-image's `regionprops`, numpy and scipy compute them; null for NaN. */
export type OracleRow = Readonly<Record<string, number | null>>;

export function measureWithSkimage(
  cases: readonly { labels: Plane; image: Plane; width: number }[],
): OracleRow[][] {
  const body = `
from skimage.measure import regionprops
from scipy import stats
for c in cases:
    rows = []
    # regionprops needs memory in proportion to the largest id: number the objects without gaps for it.
    ids, dense = np.unique(np.append(c['labels'].ravel(), 0), return_inverse=True)
    dense = dense[:-1].reshape(c['labels'].shape)
    for p in regionprops(dense, intensity_image=c['image']):
        v = p.image_intensity[p.image].astype(np.float64)
        flat = v.min() == v.max()
        rows.append(dict(id=ids[p.label], area=p.area, centroid_x=p.centroid[1], centroid_y=p.centroid[0],
            bbox_min_y=p.bbox[0], bbox_min_x=p.bbox[1], bbox_max_y=p.bbox[2], bbox_max_x=p.bbox[3],
            mean=v.mean() if c['image'].dtype == np.float32 else p.intensity_mean,
            min=p.intensity_min, max=p.intensity_max, sd=v.std(),
            skewness=math.nan if flat else stats.skew(v), kurtosis=math.nan if flat else stats.kurtosis(v),
            perimeter=p.perimeter,
            circularity=4 * math.pi * p.area / p.perimeter ** 2 if p.perimeter else math.nan,
            eccentricity=p.eccentricity, major_axis_length=p.axis_major_length,
            minor_axis_length=p.axis_minor_length, orientation=p.orientation))
    answers.append(rows)
`;
  return askPython<OracleRow[]>(body, cases);
}
