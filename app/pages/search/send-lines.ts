// What a person copies to send the first span: the lines of each language, with the address of this very server in them.
// Names of packages and calls are those of OpenTelemetry's own documentation of each language. Pure.

import type { StatusAnswer } from '#shared/api/spoor.ts'

export interface SendLines {
  readonly key: string
  /** A language's or program's own name; `undefined` for the way without code, which the page names. */
  readonly title: string | undefined
  readonly text: string
}

export interface SendAddress {
  /** Base address of OTLP over HTTP: `http://localhost:4318`. */
  readonly http: string
  /** Only programs on this machine reach it. */
  readonly loopback: boolean
  readonly port: number
}

/** The service in the lines: to be replaced by the reader's own. */
export const EXAMPLE_SERVICE = 'checkout'

/**
 * Where OTLP over HTTP is taken in, as a program would write it; `undefined` when no such door is open. `pageHost` is the
 * host in this page's address: how a listener on all addresses is reached.
 */
export function sendAddress(listeners: StatusAnswer['listeners'], pageHost: string): SendAddress | undefined {
  const door = listeners.find(({ name }) => name === 'otlp-http')
  if (door === undefined) return undefined
  const loopback = /^(?:127\.|::1$|localhost$|loopback$)/u.test(door.address)
  const everywhere = /^(?:0\.0\.0\.0|::|\*|)$/u.test(door.address)
  const host = loopback ? 'localhost' : everywhere ? pageHost : door.address
  const written = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return { http: `http://${written}:${door.port}`, loopback, port: door.port }
}

/** The tabs, in order: without code, six languages, the collector, curl. */
export function sendLines(http: string): readonly SendLines[] {
  const lines = (key: string, title: string | undefined, ...text: readonly string[]): SendLines => ({
    key,
    title,
    text: text.join('\n'),
  })
  return [
    lines(
      'env',
      undefined,
      `export OTEL_SERVICE_NAME=${EXAMPLE_SERVICE}`,
      `export OTEL_EXPORTER_OTLP_ENDPOINT=${http}`,
      'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
      // As notes: copying the tab sets the variables and installs nothing.
      '# Node.js',
      '#   npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node',
      '#   node --require @opentelemetry/auto-instrumentations-node/register app.js',
      '# Python',
      '#   pip install opentelemetry-distro opentelemetry-exporter-otlp',
      '#   opentelemetry-bootstrap -a install',
      '#   opentelemetry-instrument python app.py',
      '# Java',
      '#   java -javaagent:opentelemetry-javaagent.jar -jar app.jar',
    ),
    lines(
      'node',
      'Node',
      '// npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-proto',
      '//   @opentelemetry/auto-instrumentations-node',
      "import { NodeSDK } from '@opentelemetry/sdk-node'",
      "import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'",
      "import { getNodeAutoInstrumentations } from '@opentelemetry/auto-instrumentations-node'",
      '',
      'new NodeSDK({',
      `  serviceName: '${EXAMPLE_SERVICE}',`,
      `  traceExporter: new OTLPTraceExporter({ url: '${http}/v1/traces' }),`,
      '  instrumentations: [getNodeAutoInstrumentations()],',
      '}).start()',
    ),
    lines(
      'python',
      'Python',
      '# pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-http',
      'from opentelemetry import trace',
      'from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter',
      'from opentelemetry.sdk.resources import Resource',
      'from opentelemetry.sdk.trace import TracerProvider',
      'from opentelemetry.sdk.trace.export import BatchSpanProcessor',
      '',
      `provider = TracerProvider(resource=Resource.create({"service.name": "${EXAMPLE_SERVICE}"}))`,
      `exporter = OTLPSpanExporter(endpoint="${http}/v1/traces")`,
      'provider.add_span_processor(BatchSpanProcessor(exporter))',
      'trace.set_tracer_provider(provider)',
    ),
    lines(
      'java',
      'Java',
      '# opentelemetry-javaagent.jar: github.com/open-telemetry/opentelemetry-java-instrumentation',
      'java -javaagent:opentelemetry-javaagent.jar \\',
      `  -Dotel.service.name=${EXAMPLE_SERVICE} \\`,
      `  -Dotel.exporter.otlp.endpoint=${http} \\`,
      '  -Dotel.exporter.otlp.protocol=http/protobuf \\',
      '  -jar app.jar',
    ),
    lines(
      'go',
      'Go',
      '// go get go.opentelemetry.io/otel/sdk',
      '// go get go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp',
      `exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL("${http}/v1/traces"))`,
      'if err != nil {',
      '\treturn err',
      '}',
      'provider := trace.NewTracerProvider(',
      '\ttrace.WithBatcher(exporter),',
      `\ttrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "${EXAMPLE_SERVICE}"))),`,
      ')',
      'defer provider.Shutdown(ctx)',
      'otel.SetTracerProvider(provider)',
    ),
    lines(
      'dotnet',
      '.NET',
      '// dotnet add package OpenTelemetry.Extensions.Hosting',
      '// dotnet add package OpenTelemetry.Instrumentation.AspNetCore',
      '// dotnet add package OpenTelemetry.Exporter.OpenTelemetryProtocol',
      'builder.Services.AddOpenTelemetry()',
      `  .ConfigureResource(resource => resource.AddService("${EXAMPLE_SERVICE}"))`,
      '  .WithTracing(tracing => tracing',
      '    .AddAspNetCoreInstrumentation()',
      '    .AddOtlpExporter(otlp =>',
      '    {',
      `      otlp.Endpoint = new Uri("${http}/v1/traces");`,
      '      otlp.Protocol = OtlpExportProtocol.HttpProtobuf;',
      '    }));',
    ),
    lines(
      'ruby',
      'Ruby',
      '# bundle add opentelemetry-sdk opentelemetry-exporter-otlp opentelemetry-instrumentation-all',
      `ENV['OTEL_EXPORTER_OTLP_ENDPOINT'] ||= '${http}'`,
      "require 'opentelemetry/sdk'",
      "require 'opentelemetry-exporter-otlp'",
      "require 'opentelemetry/instrumentation/all'",
      '',
      'OpenTelemetry::SDK.configure do |config|',
      `  config.service_name = '${EXAMPLE_SERVICE}'`,
      '  config.use_all',
      'end',
    ),
    lines(
      'collector',
      'Collector',
      'exporters:',
      '  otlphttp/spoor:',
      `    endpoint: ${http}`,
      'service:',
      '  pipelines:',
      '    traces:',
      '      exporters: [otlphttp/spoor]',
    ),
    lines(
      'curl',
      'curl',
      `curl ${http}/v1/traces -H 'content-type: application/json' -d '{"resourceSpans": [{`,
      `  "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "${EXAMPLE_SERVICE}"}}]},`,
      '  "scopeSpans": [{"spans": [{',
      `    "traceId": "'$(openssl rand -hex 16)'", "spanId": "'$(openssl rand -hex 8)'",`,
      '    "name": "hello", "kind": 2,',
      `    "startTimeUnixNano": "'$(date +%s)'000000000", "endTimeUnixNano": "'$(date +%s)'100000000"`,
      "  }]}]}]}'",
    ),
  ]
}

export type LinePart = { readonly kind: 'code' | 'note' | 'yours'; readonly text: string }

/** A line in parts for its colours: notes (comments), the address and the service's name, and the rest. */
export function lineParts(line: string, http: string): readonly LinePart[] {
  if (/^\s*(?:#|\/\/)/u.test(line)) return [{ kind: 'note', text: line }]
  const parts: LinePart[] = []
  let rest = line
  while (rest !== '') {
    const found = [http, EXAMPLE_SERVICE]
      .map(word => ({ word, at: rest.indexOf(word) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0]
    if (found === undefined) {
      parts.push({ kind: 'code', text: rest })
      break
    }
    if (found.at > 0) parts.push({ kind: 'code', text: rest.slice(0, found.at) })
    parts.push({ kind: 'yours', text: found.word })
    rest = rest.slice(found.at + found.word.length)
  }
  return parts
}
