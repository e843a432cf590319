"""One span with everything that OpenTelemetry's Python SDK can say of one: `python every_field.py TRANSPORT URL TRACE-ID`, below span bbbbbbbbbbbbbbbb."""

import sys

from grpc import Compression as GrpcCompression
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)

transport, url, trace_id = sys.argv[1:4]
gzip = transport.endswith("-gzip")
if transport.startswith("grpc"):
    exporter = GrpcExporter(
        endpoint=url, insecure=True, compression=GrpcCompression.Gzip if gzip else GrpcCompression.NoCompression
    )
else:
    exporter = HttpExporter(endpoint=url, compression=Compression.Gzip if gzip else Compression.NoCompression)

resource = Resource(
    {"service.name": "every field", "service.version": "1.2", "cores": 4, "weight": 2.5, "virtual": True},
    "https://opentelemetry.io/schemas/1.30.0",
)
provider = TracerProvider(resource=resource)
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("the scope", "3.4.5", schema_url="https://opentelemetry.io/schemas/1.29.0")

parent = SpanContext(
    int(trace_id, 16), 0xBBBBBBBBBBBBBBBB, True, TraceFlags(1), TraceState([("vendor", "a1"), ("other", "b2")])
)
span = tracer.start_span(
    'ünïcode ✓ "name"',
    context=set_span_in_context(NonRecordingSpan(parent)),
    kind=SpanKind.PRODUCER,
    start_time=1_760_000_000_123_456_789,
    attributes={
        "text": 'grün\n"x"',
        "empty": "",
        "yes": True,
        "no": False,
        "int": -42,
        "big": 2**40,
        "double": 0.1,
        "small": -5e-300,
        "texts": ["a", "", "ß"],
        "ints": [1, -2],
        "doubles": [0.5, 1.5],
        "bools": [True, False],
        "none": [],
    },
    links=[
        Link(
            SpanContext(int("c" * 32, 16), int("d" * 16, 16), False, TraceFlags(1), TraceState([("link", "1")])),
            {"why": "batch", "nth": 2},
        ),
        Link(SpanContext(int("e" * 32, 16), int("f" * 16, 16), False, TraceFlags(0))),
    ],
)
span.add_event("first", {"a.key": "a value", "n": 7}, 1_760_000_001_000_000_001)
span.add_event("bare", None, 1_760_000_001_999_999_999)
span.set_status(Status(StatusCode.ERROR, "no stock ☹"))
span.end(1_760_000_002_987_654_321)
provider.shutdown()
