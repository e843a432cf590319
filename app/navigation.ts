// The entries of the navigation, made from the pages that exist.

import type { Pages } from './pages.ts'
import type { NavEntry } from './shell/page-entry.ts'

const ENTRIES: readonly (NavEntry & { readonly page: keyof Pages })[] = [
  {
    key: 'search',
    page: 'search',
    title: 'nav.search',
    to: '/search',
    current: path => path === '/search',
    command: { id: 'go.search', title: 'command.go.search', keys: ['g s'] },
  },
  {
    key: 'map',
    page: 'dependencies',
    title: 'nav.map',
    to: '/dependencies',
    current: path => path === '/dependencies',
    command: { id: 'go.map', title: 'command.go.map', keys: ['g m'] },
  },
  {
    key: 'status',
    page: 'status',
    title: 'nav.status',
    to: '/status',
    current: path => path === '/status',
    command: { id: 'go.status', title: 'command.go.status', keys: ['g t'] },
  },
]

/**
 * In the order of the bar: Search, Map, Compare, Status. Compare has an entry only while a comparison is on screen
 * (`path` is its address): without two traces there is nothing to go to.
 */
export function navigation(pages: Pages, path: string): readonly NavEntry[] {
  const entries: NavEntry[] = ENTRIES.filter(({ page }) => pages[page] !== undefined)
  if (pages.compare === undefined || !isComparison(path)) return entries
  const compare: NavEntry = {
    key: 'compare',
    title: 'nav.compare',
    to: path,
    current: () => true,
    command: { id: 'go.compare', title: 'command.go.compare', keys: ['g c'] },
  }
  const status = entries.findIndex(({ key }) => key === 'status')
  return entries.toSpliced(status < 0 ? entries.length : status, 0, compare)
}

/** Whether a path within the app is that of a comparison: `/trace/<a>...<b>`. */
export function isComparison(path: string): boolean {
  return /^\/trace\/[^/]*\.\.\.[^/]*$/u.test(path)
}
