// Addresses to pages. Routes in code, pages fetched when gone to. The search part stays plain strings (RawSearch): each
// page parses and formats it with its own url.ts.

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  useLocation,
  useParams,
} from '@tanstack/react-router'
import type { AnyRoute, AnyRouter, RouterHistory } from '@tanstack/react-router'
import { lazy } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { allWords } from '#app/i18n/all-words.ts'
import { LoadingLines } from '#app/ui/States.tsx'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import type { RawSearch } from '#shared/api/raw-search.ts'
import { isComparison, navigation } from './navigation.ts'
import type { LoadPage, Pages } from './pages.ts'
import { ErrorPage } from './shell/ErrorPage.tsx'
import { NotFoundPage } from './shell/NotFoundPage.tsx'
import { Shell } from './shell/Shell.tsx'
import type { FileOpener } from './shell/page-entry.ts'

const About = lazy(async () => {
  const [{ AboutDialog }] = await Promise.all([import('./pages/about/AboutDialog.tsx'), allWords()])
  return { default: AboutDialog }
})

export interface RouterParts {
  readonly pages: Pages
  /** Without a slash at its end; '' at the root of the host. */
  readonly basePath: string
  readonly openFiles?: FileOpener
  /** Another history in tests. */
  readonly history?: RouterHistory
}

/** The router of the app over the pages that exist; every other address shows the not-found page. */
export function createAppRouter({ pages, basePath, openFiles, history }: RouterParts): AnyRouter {
  function Frame(): ReactNode {
    const path = useLocation({ select: location => location.pathname })
    return <Shell nav={navigation(pages, path)} About={About} openFiles={openFiles} />
  }
  const root = createRootRoute({
    component: Frame,
    notFoundComponent: NotFoundPage,
    errorComponent: ErrorPage,
  })
  const leading = (path: string): AnyRoute =>
    createRoute({
      getParentRoute: () => root,
      path,
      beforeLoad: ({ search }) => {
        // Without a server there is nothing to search; then files are where one starts.
        redirect({ to: pages.search === undefined ? '/upload' : '/search', search, replace: true, throw: true })
      },
    })
  const route = (path: string, load: LoadPage | undefined): AnyRoute[] =>
    load === undefined
      ? []
      : [createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(load, 'Page') })]
  const routes: AnyRoute[] = [
    leading('/'),
    ...(pages.search === undefined ? [leading('/search')] : route('/search', pages.search)),
    ...traceRoute(root, pages),
    ...route('/dependencies', withWords(pages.dependencies)),
    ...route('/status', withWords(pages.status)),
    ...route('/upload', withWords(pages.upload)),
  ]
  return createRouter({
    routeTree: root.addChildren(routes),
    basepath: basePath,
    history,
    parseSearch: (text): RawSearch => parseRawSearch(text),
    stringifySearch: raw => formatRawSearch(raw as RawSearch),
    defaultPendingComponent: () => <LoadingLines lines={12} />,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFoundPage,
    defaultPreload: 'intent',
    trailingSlash: 'never',
  }) as AnyRouter
}

/** A page whose words come after those of the search page: it shows once they are there. */
function withWords(load: LoadPage | undefined): LoadPage | undefined {
  if (load === undefined) return undefined
  return async () => {
    const [page] = await Promise.all([load(), allWords()])
    return page
  }
}

/** `/trace/<id>` and `/trace/<a>...<b>` are one route with two pages; the one that does not exist is not found. */
function traceRoute(root: AnyRoute, pages: Pages): AnyRoute[] {
  if (pages.trace === undefined && pages.compare === undefined) return []
  const component = (load: LoadPage | undefined): ComponentType & { readonly preload?: () => Promise<void> } =>
    load === undefined ? NotFoundPage : lazyRouteComponent(load, 'Page')
  const Trace = component(withWords(pages.trace))
  const Compare = component(withWords(pages.compare))
  function TraceOrCompare(): ReactNode {
    const { id } = useParams({ strict: false }) as { readonly id?: string }
    return isComparison(`/trace/${id ?? ''}`) ? <Compare key={id} /> : <Trace key={id} />
  }
  return [
    createRoute({
      getParentRoute: () => root,
      path: '/trace/$id',
      component: TraceOrCompare,
      // The code of the page comes before it shows, as with every other route, and when somebody points at a link to it.
      loader: ({ params }) =>
        (isComparison(`/trace/${(params as { readonly id: string }).id}`) ? Compare : Trace).preload?.(),
      staleTime: Infinity,
    }),
  ]
}
