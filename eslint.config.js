/**
 * The lint rules. Formatting is left to Prettier, import direction to dependency-cruiser.
 */
import tseslint from 'typescript-eslint';

/** Programs whose standard output is for a person or a calling program. */
const programs = [
  'packages/cli/**',
  'packages/agent/src/main.ts',
  'tools/**',
  'scripts/**',
  'bench/**',
  'examples/**',
  'tests/**',
];

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/',
      '**/dist/',
      'packages/web/vite.config.ts',
      'coverage/',
      '.data/',
      'gantry-data/',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'off',
      'no-unreachable-loop': 'error',
      'object-shorthand': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'ExportAllDeclaration', message: 'Name what is exported.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // There are no enums; `no-unsafe-assignment` finds the rest. These cost a fifth of the lint's time.
      '@typescript-eslint/no-unsafe-enum-assignment': 'off',
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
      '@typescript-eslint/no-mixed-enums': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A number in a message is what one expects of a template.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `noUncheckedIndexedAccess` makes `!` the plain way to read inside a loop's bounds, in pixels above all.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Interfaces of our own are async where one of their implementations is.
      '@typescript-eslint/require-await': 'off',
      // Index signatures are read with brackets (`env['CI']`), declared names with a dot.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // It cannot see what callbacks and other processes change in between.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Ports of ours are objects of functions, which are taken apart.
      '@typescript-eslint/unbound-method': 'off',
      // It takes the types that `JSON.parse` and the browser's side of a test are given for superfluous.
      '@typescript-eslint/no-unnecessary-type-assertion': 'off',
    },
  },
  {
    // `model` and `client` also run in a browser; imports of Node's modules are refused by dependency-cruiser.
    files: ['packages/model/src/**', 'packages/client/src/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'global',
        'require',
        'setImmediate',
        '__dirname',
      ],
    },
  },
  {
    files: ['packages/web/src/**'],
    ignores: ['packages/web/src/load-page.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@tanstack/react-router',
              importNames: ['lazyRouteComponent'],
              message: 'Take `lazyPage` of load-page.ts, which waits for a server that is away.',
            },
          ],
        },
      ],
    },
  },
  { files: programs, rules: { 'no-console': 'off' } },
  {
    // Configuration files of other tools are read by their default export.
    files: ['*.config.ts', '*.config.js', 'tests/global-setup.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['**/*.js', '**/*.cjs', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['scripts/*.mjs', '**/*.cjs'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-require-imports': 'off' },
  },
);
