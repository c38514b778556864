/**
 * Which part may import which. Imports point down only:
 *
 *     model ← {database, storage, imaging} ← engine ← server
 *     {model, storage} ← runners ← agent
 *     model ← client ← {agent, cli, web}
 *
 * and `cli` alone may put server, agent and engine together. Tests may use any package, by its entry.
 */
const { readdirSync, readFileSync, existsSync } = require('node:fs');
const { join } = require('node:path');

/** What each package's `src` may import of the others; a package that is not listed may import nothing. */
const mayImport = {
  model: [],
  database: ['model'],
  storage: ['model'],
  imaging: ['model'],
  engine: ['model', 'database', 'storage', 'imaging'],
  server: ['model', 'database', 'storage', 'imaging', 'engine'],
  client: ['model'],
  runners: ['model', 'storage'],
  agent: ['model', 'storage', 'runners', 'client'],
  cli: ['model', 'database', 'storage', 'engine', 'server', 'client', 'runners', 'agent'],
  web: ['model', 'client'],
};

/** Packages that also run in a browser. */
const browserPackages = ['model', 'client', 'web'];

const packages = readdirSync(join(__dirname, 'packages')).filter((name) =>
  existsSync(join(__dirname, 'packages', name, 'package.json')),
);

/** The files that a package offers to others: its `exports`. */
function entriesOf(name) {
  const manifest = JSON.parse(readFileSync(join(__dirname, 'packages', name, 'package.json'), 'utf8'));
  return Object.values(manifest.exports ?? {}).map(
    (path) => `^${escape(`packages/${name}/${path.replace(/^\.\//, '')}`)}$`,
  );
}

function escape(path) {
  return path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...packages.map((name) => ({
      name: `${name}-imports-down-only`,
      comment: `packages/${name} may import ${(mayImport[name] ?? []).join(', ') || 'no other package'}.`,
      severity: 'error',
      from: { path: `^packages/${name}/src/` },
      to: {
        path: '^packages/([^/]+)/',
        pathNot: [name, ...(mayImport[name] ?? [])].map((allowed) => `^packages/${allowed}/`),
      },
    })),
    ...packages.map((name) => ({
      name: `${name}-by-its-entry`,
      comment: `Others import ${name} by what its package.json exports, never by a file inside it.`,
      severity: 'error',
      from: { pathNot: `^packages/${name}/` },
      to: { path: `^packages/${name}/`, pathNot: entriesOf(name) },
    })),
    {
      name: 'tools-import-imaging-and-model',
      comment: 'A tool is an ordinary program over imaging and model; it knows nothing of engine or agent.',
      severity: 'error',
      from: { path: '^tools/', pathNot: '/test/' },
      to: { path: '^packages/', pathNot: ['^packages/imaging/', '^packages/model/'] },
    },
    {
      name: 'tools-apart',
      comment:
        'A tool does not import another one; what several need lies beside them in tools/ or in imaging.',
      severity: 'error',
      from: { path: '^tools/([^/]+)/' },
      to: { path: '^tools/[^/]+/', pathNot: '^tools/$1/' },
    },
    {
      name: 'runners-apart',
      comment: 'A kind of runner does not import another kind.',
      severity: 'error',
      from: { path: '^packages/runners/src/(process|container|slurm|kubernetes)/' },
      to: {
        path: '^packages/runners/src/(process|container|slurm|kubernetes)/',
        pathNot: '^packages/runners/src/$1/',
      },
    },
    {
      name: 'pure-in-the-browser',
      comment: 'This package runs in a browser too, so it uses nothing of Node.',
      severity: 'error',
      from: { path: `^packages/(${browserPackages.join('|')})/src/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sources-without-tests',
      comment: 'What ships does not import tests, benchmarks, examples or scripts.',
      severity: 'error',
      from: { path: ['^packages/[^/]+/src/', '^tools/'], pathNot: '/test/' },
      to: {
        path: [
          '^tests/',
          '^bench/',
          '^scripts/',
          '^examples/',
          '^packages/[^/]+/test/',
          '^tools/[^/]+/test/',
        ],
      },
    },
    {
      name: 'no-cycles',
      comment: 'Files that import each other are one file, or lack a third. Types count as well.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'The imported file or package is not there.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['/dist/', '/dist-[0-9]+/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
    skipAnalysisNotInRules: true,
  },
};
