import { expect, test } from 'vitest'
import { PATHS, SearchParameters } from '#shared/api/spoor.ts'
import { openApiDocument } from './openapi.ts'

interface Operation {
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly description: string }[]
  readonly responses: Readonly<Record<string, unknown>>
}
const { paths } = openApiDocument('1.2.3') as { paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

test('every endpoint of ours stands in it, and no other', () => {
  const { openapi, ...declared } = PATHS
  expect(openapi).toBe('/api/openapi.json')
  expect(Object.keys(paths).sort()).toEqual(Object.values(declared).sort())
})

test('each says what it gives, what it takes and how it fails', () => {
  for (const [path, operations] of Object.entries(paths)) {
    for (const { summary, parameters, responses } of Object.values(operations)) {
      expect(summary).not.toBe('')
      expect(Object.keys(responses)).toEqual(['200', 'default'])
      const inPath = parameters.filter(parameter => parameter.in === 'path').map(({ name }) => `{${name}}`)
      expect(path.match(/\{\w+\}/gu) ?? []).toEqual(inPath)
      for (const { description } of parameters) expect(description.length).toBeGreaterThan(8)
    }
  }
  const search = paths[PATHS.search].get.parameters.map(({ name }) => name)
  expect(search).toEqual(Object.keys(SearchParameters.shape))
})

test('it is JSON, and schemas stand in place', () => {
  const text = JSON.stringify(openApiDocument('1.2.3'))
  expect(text).not.toContain('$ref')
  expect(JSON.parse(text)).toMatchObject({ openapi: '3.1.0', info: { title: 'Spoor', version: '1.2.3' } })
  expect(text).toContain('"enum":["invalid_parameter"')
})
