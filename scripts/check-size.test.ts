import { expect, test } from 'vitest'
import { budgets, filesOf } from './check-size.ts'

const manifest = {
  'index.html': { file: 'a/index.js', isEntry: true, imports: ['_vendor.js'] },
  '_vendor.js': { file: 'a/vendor.js', imports: ['_shared.js'] },
  '_shared.js': { file: 'a/shared.js', imports: ['_vendor.js'], assets: ['a/open-files-worker-1.js'] },
  'pages/search/Page.tsx': { file: 'a/search.js', isDynamicEntry: true, imports: ['index.html', '_list.js'] },
  '_list.js': { file: 'a/list.js' },
  'pages/search/SearchForm.tsx': { file: 'a/form.js', isDynamicEntry: true, imports: ['_picker.js'] },
  '_picker.js': { file: 'a/picker.js' },
  'i18n/en.ts': { file: 'a/en.js', isDynamicEntry: true },
  'i18n/zh-CN.ts': { file: 'a/zh.js', isDynamicEntry: true },
  'pages/trace/Page.tsx': { file: 'a/trace.js', isDynamicEntry: true, imports: ['_vendor.js', '_read.js'] },
  '_read.js': { file: 'a/read.js', assets: ['a/trace-worker-1.js', 'a/font.woff2'] },
  'pages/trace/SpanDetail.tsx': { file: 'a/detail.js', isDynamicEntry: true },
  'pages/trace/TraceJson.tsx': { file: 'a/json.js', isDynamicEntry: true },
  'index.css': { file: 'a/index.css' },
}

test.each([
  [
    'the entry and the search page with all that they import, and nothing that comes later',
    0,
    ['index', 'vendor', 'shared', 'search', 'list'],
  ],
  [
    'the trace page with its worker, its words and what it fetches when idle, and nothing that a click fetches',
    1,
    ['index', 'vendor', 'shared', 'trace', 'read', 'trace-worker-1', 'en', 'detail'],
  ],
])('%s', (_, budget, names) => {
  expect(filesOf(budgets[budget], manifest).toSorted()).toEqual(names.map(name => `a/${name}.js`).toSorted())
})
