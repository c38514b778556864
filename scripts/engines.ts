/**
 * What tests need beyond npm packages: the table, and its installation on Debian as root.
 * Which tests to skip is decided by the tests themselves, by the same probes.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface Engine {
  readonly name: string;
  /** What the tests do with it, as the end of "tests that …". */
  readonly use: string;
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** Exits 0 when it is there and works. */
  readonly probe: readonly [string, ...string[]];
}

/** Debian's Python by its full path: another one first on the PATH would not see Debian's packages. */
export const engines: readonly Engine[] = [
  {
    name: 'scikit-image',
    use: 'compare measurements and masks with scikit-image',
    packages: ['python3-skimage'],
    probe: ['/usr/bin/python3', '-c', 'import skimage.measure'],
  },
  {
    name: 'tifffile',
    use: 'open our OME-TIFF files with tifffile',
    packages: ['python3-tifffile'],
    probe: ['/usr/bin/python3', '-c', 'import tifffile'],
  },
  {
    name: 'libvips',
    use: "open our pictures with libvips' own commands, and compare pyramids",
    packages: ['libvips-tools'],
    probe: ['vips', '--version'],
  },
  {
    name: 'Chromium',
    use: 'look at the pages in a browser',
    packages: ['chromium'],
    probe: ['/usr/bin/chromium', '--version'],
  },
  {
    name: 'network namespaces',
    use: 'cut agents off their server',
    packages: ['iproute2'],
    probe: ['sh', '-c', 'ip netns add gantry-probe-$$ && ip netns del gantry-probe-$$'],
  },
];

export type EngineState =
  | { readonly engine: Engine; readonly state: 'present' }
  | { readonly engine: Engine; readonly state: 'missing'; readonly reason: string };

/** True when the engine answers its probe. */
export function isPresent(engine: Engine): boolean {
  const [command, ...args] = engine.probe;
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/**
 * Installs the engines that are missing, where that is possible (root on a Debian system), and says which are
 * there afterwards. Prints a line for what it does.
 */
export function prepareEngines(table: readonly Engine[] = engines): EngineState[] {
  const missing = table.filter((engine) => !isPresent(engine));
  if (missing.length === 0) return table.map((engine) => ({ engine, state: 'present' }));
  const obstacle = obstacleToInstall() ?? install(missing.flatMap((engine) => engine.packages));
  return table.map((engine) =>
    !missing.includes(engine) || isPresent(engine)
      ? { engine, state: 'present' }
      : { engine, state: 'missing', reason: obstacle ?? 'it was installed, and does not answer its probe' },
  );
}

function obstacleToInstall(): string | undefined {
  if (!existsSync('/etc/debian_version')) return 'only on Debian can it be installed from here';
  if (process.getuid?.() !== 0) return 'only root can install it';
  return undefined;
}

/** Why the packages could not be installed, or undefined. */
function install(packages: readonly string[]): string | undefined {
  console.log(`gantry: installing ${packages.join(', ')} with apt-get …`);
  // Another apt-get at work is waited for.
  const steps = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', ...packages],
  ];
  for (const step of steps) {
    const { status, error, stdout, stderr } = spawnSync(
      'apt-get',
      ['-o', 'DPkg::Lock::Timeout=300', ...step],
      {
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
        encoding: 'utf8',
      },
    );
    if (status !== 0) {
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join('\n');
      return `apt-get ${step[0]} failed: ${error?.message ?? said}`;
    }
  }
  return undefined;
}
