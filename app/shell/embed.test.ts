import { expect, test } from 'vitest'
import { formatRawSearch, parseRawSearch } from '#shared/api/raw-search.ts'
import { embedOf, withoutEmbed } from './embed.ts'

test.each([
  ['', undefined],
  ['?uiEmbed=v1', undefined],
  ['?uiTimelineHideMinimap=1', undefined],
  ['?uiEmbed=v0', { without: 'v0', theme: undefined }],
  [
    '?uiEmbed=v0&uiTimelineCollapseTitle=1&uiTimelineHideMinimap=1&uiTimelineHideSummary=1&uiSearchHideGraph=1',
    { without: 'v0 title summary minimap graph', theme: undefined },
  ],
  ['?uiEmbed=v0&uiTimelineHideMinimap=0&uiTimelineHideSummary=', { without: 'v0', theme: undefined }],
  ['?uiEmbed=v0&uiTheme=dark', { without: 'v0', theme: 'dark' }],
  ['?uiEmbed=v0&uiTheme=pink', { without: 'v0', theme: undefined }],
])('%s', (search, embed) => {
  expect(embedOf(parseRawSearch(search))).toEqual(embed)
})

test('the page of its own keeps everything else', () => {
  const raw = parseRawSearch('?uiFind=x&uiEmbed=v0&uiTimelineHideMinimap=1&uiTheme=dark&filter=a&filter=b')
  expect(formatRawSearch(withoutEmbed(raw))).toBe('?uiFind=x&filter=a&filter=b')
})
