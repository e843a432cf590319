// The pages that exist, one line each: who adds a page adds its line here, and the router, the navigation, its command and
// the omnibox know it. A page that is not here has no address and no entry.

import type { ComponentType } from 'react'

/** Fetches a page when it is first gone to. */
export type LoadPage = () => Promise<{ readonly Page: ComponentType }>

/**
 * `trace` and `compare` share an address: `/trace/<id>`, `/trace/<a>...<b>`. A module exports its component as `Page`.
 * Write `() => import('./pages/search/Page.tsx')`.
 */
export interface Pages {
  readonly search?: LoadPage
  readonly trace?: LoadPage
  readonly compare?: LoadPage
  readonly dependencies?: LoadPage
  readonly status?: LoadPage
  readonly upload?: LoadPage
}

export const pages: Pages = {
  search: () => import('./pages/search/Page.tsx'),
  status: () => import('./pages/status/Page.tsx'),
  trace: () => import('./pages/trace/Page.tsx'),
  compare: () => import('./pages/compare/Page.tsx'),
  upload: () => import('./pages/upload/Page.tsx'),
  dependencies: () => import('./pages/dependencies/Page.tsx'),
}
