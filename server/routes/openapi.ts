/** `/api/openapi.json`: our endpoints from the schemas that declare them. */
import * as z from 'zod/mini'
import { Problem, PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import {
  AttributeKeysAnswer,
  AttributeValuesAnswer,
  DemoAnswer,
  DependenciesAnswer,
  OperationsAnswer,
  PATHS,
  SearchAnswer,
  SearchParameters,
  ServicesAnswer,
  SPANS_MEDIA_TYPE,
  StatusAnswer,
} from '#shared/api/spoor.ts'

type Schema = z.core.$ZodType

function schemaOf(schema: Schema): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema)
  return rest
}

function operation(summary: string, answer: Schema, parameters: readonly unknown[] = []): unknown {
  return {
    summary,
    parameters,
    responses: {
      200: { description: 'The answer', content: { 'application/json': { schema: schemaOf(answer) } } },
      default: { description: 'A problem', content: { [PROBLEM_MEDIA_TYPE]: { schema: schemaOf(Problem) } } },
    },
  }
}

function parameter(name: string, description: string, where: 'query' | 'path' = 'query'): unknown {
  return { name, in: where, required: where === 'path', description, schema: { type: 'string' } }
}

const SERVICE = parameter('service', 'Only of this service')
const PREFIX = parameter('prefix', 'Begins with, whatever the case')
const LIMIT = parameter('limit', 'At most so many')
const RANGE = [parameter('start', 'µs since the epoch'), parameter('end', 'µs since the epoch')]

/** The whole document, OpenAPI 3.1. */
export function openApiDocument(version: string): unknown {
  const binary = { schema: { type: 'string', format: 'binary' } }
  return {
    openapi: '3.1.0',
    info: { title: 'Spoor', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths: {
      [PATHS.search]: {
        get: operation(
          'Traces with a span that meets all conditions, newest first',
          SearchAnswer,
          Object.keys(SearchParameters.shape).map(name => parameter(name, 'See shared/api/spoor.ts')),
        ),
      },
      [PATHS.trace]: {
        get: {
          summary: 'All spans of a trace',
          parameters: [
            parameter('id', 'The trace id: 1 to 32 hex digits', 'path'),
            parameter('sections', 'Of the binary form: all, core or rest'),
            parameter('download', 'otlp-json, otlp-protobuf or jaeger-json'),
          ],
          responses: {
            200: {
              description: 'The spans, in the form that Accept asks for',
              content: { [SPANS_MEDIA_TYPE]: binary, 'application/json': {}, 'application/x-protobuf': binary },
            },
            default: { description: 'A problem', content: { [PROBLEM_MEDIA_TYPE]: { schema: schemaOf(Problem) } } },
          },
        },
      },
      [PATHS.services]: { get: operation('Names of services', ServicesAnswer) },
      [PATHS.operations]: { get: operation('Names and kinds of spans', OperationsAnswer, [SERVICE]) },
      [PATHS.attributeKeys]: {
        get: operation('Attribute keys that occur', AttributeKeysAnswer, [SERVICE, PREFIX, LIMIT]),
      },
      [PATHS.attributeValues]: {
        get: operation('Values of one attribute', AttributeValuesAnswer, [
          parameter('key', 'The attribute'),
          SERVICE,
          PREFIX,
          LIMIT,
        ]),
      },
      [PATHS.dependencies]: { get: operation('Calls between services', DependenciesAnswer, RANGE) },
      [PATHS.status]: { get: operation('What came in, what is kept, what is refused', StatusAnswer) },
      [PATHS.demo]: {
        post: operation('Loads the demo', DemoAnswer),
        delete: operation('Removes the demo and nothing else', DemoAnswer),
      },
    },
  }
}
