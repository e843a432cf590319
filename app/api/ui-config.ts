// What whoever runs the server wants on every page: links in the menu, links made of values, limits of the form.

import { queryOptions, useQuery } from '@tanstack/react-query'
import { PATHS } from '#shared/api/spoor.ts'
import { NO_UI_CONFIG, UiConfig } from '#shared/api/ui-config.ts'
import { apiUrl, fetchJson } from './fetch-json.ts'

const uiConfigQuery = queryOptions({
  queryKey: ['ui-config'],
  queryFn: ({ signal }) => fetchJson(apiUrl(PATHS.uiConfig), UiConfig, signal),
  // As long as the page is open: a changed file shows on the next load.
  staleTime: Infinity,
})

/** Nothing while it is asked for, and where no server is. */
export function useUiConfig(): UiConfig {
  const { data } = useQuery(uiConfigQuery)
  return data ?? NO_UI_CONFIG
}
