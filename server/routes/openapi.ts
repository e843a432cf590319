/** `/api/openapi.json`: our endpoints from the schemas that declare them. */
import * as z from 'zod/mini'
import { ImportAnswer } from '#shared/api/import.ts'
import { Problem, PROBLEM_MEDIA_TYPE } from '#shared/api/problem.ts'
import {
  ArchiveAnswer,
  AttributeKeysAnswer,
  AttributeValuesAnswer,
  DemoAnswer,
  DependenciesAnswer,
  DurationsAnswer,
  LinksToAnswer,
  OperationsAnswer,
  PATHS,
  SearchAnswer,
  type SearchParameters,
  ServicesAnswer,
  SPANS_MEDIA_TYPE,
  StatusAnswer,
} from '#shared/api/spoor.ts'
import { UiConfig } from '#shared/api/ui-config.ts'

type Schema = z.core.$ZodType

function schemaOf(schema: Schema): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema)
  return rest
}

function operation(summary: string, answer: Schema, parameters: readonly unknown[] = []): object {
  return {
    summary,
    parameters,
    responses: {
      200: { description: 'The answer', content: { 'application/json': { schema: schemaOf(answer) } } },
      default: { description: 'A problem', content: { [PROBLEM_MEDIA_TYPE]: { schema: schemaOf(Problem) } } },
    },
  }
}

function parameter(name: string, description: string, where: 'query' | 'path' = 'query', required = where === 'path') {
  return { name, in: where, required, description, schema: { type: 'string' } }
}

const TRACE_ID = parameter('id', 'The trace id: 1 to 32 hex digits', 'path')
const SERVICE = parameter('service', 'Only spans of this service')
const PREFIX = parameter('prefix', 'Begins so, whatever the case')
const LIMIT = parameter('limit', 'At most so many: 1 to 1000, default 100')
const RANGE = [
  parameter('start', 'Spans that start then or later: µs since the epoch; default: everything kept'),
  parameter('end', 'Spans that start then or earlier: µs since the epoch; default: everything kept'),
]

const SEARCH: Readonly<Record<keyof SearchParameters, string>> = {
  service: 'Name of the service of the span',
  operation: 'Name of the span',
  tags: 'Attributes as a JSON object of texts, each compared with the text of the value wherever the attribute stands',
  tag: 'One attribute as key:value; may be repeated',
  minDuration: 'Duration of the span, at least: 1.5s, 300ms, 2h45m',
  maxDuration: 'Duration of the span, at most',
  minTraceDuration: 'Duration of the trace, first start to last end, at least',
  maxTraceDuration: 'Duration of the trace, first start to last end, at most',
  start: 'The span starts then or later: µs since the epoch; default: everything kept',
  end: 'The span starts then or earlier: µs since the epoch; default: everything kept',
  limit: 'Traces in the answer: 1 to 1500, default 20',
  cursor: 'The cursor of an answer, to go on after it',
}

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
          Object.entries(SEARCH).map(([name, description]) => parameter(name, description)),
        ),
      },
      [PATHS.trace]: {
        get: {
          summary: 'All spans of a trace',
          parameters: [
            TRACE_ID,
            parameter('sections', 'Of the binary form: all, core or rest'),
            parameter(
              'read',
              'Requests for parts of one trace made at once with one random word here read the store once',
            ),
            parameter('raw', 'Of jaeger-json: true for spans as they came, without Jaeger’s adjusters'),
            parameter('download', 'otlp-json, otlp-protobuf, jaeger-json or chrome-json'),
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
      [PATHS.archive]: {
        get: operation('Whether a trace is kept from retention', ArchiveAnswer, [TRACE_ID]),
        put: operation('Keeps a trace from retention', ArchiveAnswer, [TRACE_ID]),
        delete: operation('Lets retention take a trace like any other', ArchiveAnswer, [TRACE_ID]),
      },
      [PATHS.services]: { get: operation('Names of services', ServicesAnswer) },
      [PATHS.operations]: { get: operation('Names and kinds of spans', OperationsAnswer, [SERVICE]) },
      [PATHS.attributeKeys]: {
        get: operation('Attribute keys that occur', AttributeKeysAnswer, [SERVICE, PREFIX, LIMIT]),
      },
      [PATHS.attributeValues]: {
        get: operation('Values of one attribute', AttributeValuesAnswer, [
          parameter('key', 'The attribute', 'query', true),
          SERVICE,
          PREFIX,
          LIMIT,
        ]),
      },
      [PATHS.dependencies]: { get: operation('Calls between services', DependenciesAnswer, RANGE) },
      [PATHS.durations]: {
        get: operation('How long spans of one operation take', DurationsAnswer, [
          parameter('service', 'Of this service; default: of spans that name none'),
          parameter('operation', 'Name of the spans'),
          parameter('kind', 'Their kind; default: every kind'),
          ...RANGE,
        ]),
      },
      [PATHS.linksTo]: {
        get: operation('Spans of other traces that link to a trace, newest first', LinksToAnswer, [TRACE_ID, LIMIT]),
      },
      [PATHS.status]: { get: operation('What came in, what is kept, what is refused', StatusAnswer) },
      [PATHS.uiConfig]: { get: operation('What the pages show besides, as configured', UiConfig) },
      [PATHS.import]: {
        post: {
          ...operation('Keeps the spans of a trace file: any format that the page opens, packed or not', ImportAnswer, [
            parameter('name', 'What the file is called in the answer'),
          ]),
          requestBody: { required: true, content: { 'application/octet-stream': binary } },
        },
      },
      [PATHS.demo]: {
        post: operation('Loads the demo', DemoAnswer),
        delete: operation('Removes the demo and nothing else', DemoAnswer),
      },
    },
  }
}
