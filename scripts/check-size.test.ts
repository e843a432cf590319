import { expect, test } from 'vitest'
import { filesBeforeFirstResult } from './check-size.ts'

test('the entry and the search page with all that they import, and nothing that comes later', () => {
  const manifest = {
    'index.html': { file: 'a/index.js', isEntry: true, imports: ['_vendor.js'] },
    '_vendor.js': { file: 'a/vendor.js', imports: ['_shared.js'] },
    '_shared.js': { file: 'a/shared.js', imports: ['_vendor.js'] },
    'pages/search/Page.tsx': { file: 'a/search.js', isDynamicEntry: true, imports: ['index.html', '_list.js'] },
    '_list.js': { file: 'a/list.js' },
    'pages/search/SearchForm.tsx': { file: 'a/form.js', isDynamicEntry: true, imports: ['_picker.js'] },
    '_picker.js': { file: 'a/picker.js' },
    'i18n/en.ts': { file: 'a/en.js', isDynamicEntry: true },
    'i18n/zh-CN.ts': { file: 'a/zh.js', isDynamicEntry: true },
    'pages/trace/TracePage.tsx': { file: 'a/trace.js', isDynamicEntry: true, imports: ['_vendor.js'] },
    'index.css': { file: 'a/index.css' },
  }
  expect(filesBeforeFirstResult(manifest).toSorted()).toEqual(
    ['a/index.js', 'a/vendor.js', 'a/shared.js', 'a/search.js', 'a/list.js'].toSorted(),
  )
})
