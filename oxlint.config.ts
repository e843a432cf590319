import { defineConfig } from 'oxlint'

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'react', 'promise', 'vitest'],
  jsPlugins: ['./scripts/lint/plugin.ts'],
  categories: { correctness: 'error' },
  options: { typeAware: true },
  ignorePatterns: ['dist', '.cache', '**/generated/**', 'docs/screens', 'examples/**/node_modules'],
  rules: {
    'spoor/imports': 'error',
    'spoor/named-d3': 'error',
    'spoor/explained': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    'typescript/only-throw-error': 'error',
    'typescript/consistent-type-imports': 'error',
    'typescript/no-non-null-assertion': 'off',
    'unicorn/no-abusive-eslint-disable': 'error',
    'react/rules-of-hooks': 'error',
    'react/exhaustive-deps': 'error',
    eqeqeq: ['error', 'always', { null: 'ignore' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'no-console': 'off',
  },
  overrides: [
    {
      // Configurations and plugins, whose tools ask for a default export.
      files: ['*.config.ts', 'scripts/lint/plugin.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
    {
      files: ['app/**'],
      excludeFiles: ['app/api/**', '**/*.test.ts', '**/*.test.tsx'],
      rules: {
        'no-restricted-globals': [
          'error',
          ...['fetch', 'EventSource', 'WebSocket', 'XMLHttpRequest'].map(name => ({
            name,
            message: 'Only app/api talks to the server: one place for addresses, errors and cancelling.',
          })),
        ],
      },
    },
    {
      files: ['server/**', 'shared/**'],
      excludeFiles: ['**/*.test.ts'],
      rules: {
        'no-console': 'error',
      },
    },
  ],
})
