"""One checkout of a small shop, as a program with OpenTelemetry's Python SDK sends it."""

import os
import sys

from grpc import Compression as GrpcCompression
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind, Status, StatusCode, format_trace_id

host = os.environ.get("SPOOR_HOST", "127.0.0.1")
http = f"http://{host}:{os.environ.get('SPOOR_HTTP_PORT', '4318')}/v1/traces"
grpc = f"http://{host}:{os.environ.get('SPOOR_GRPC_PORT', '4317')}"
exporters = {
    "http-protobuf": lambda: HttpExporter(endpoint=http),
    "http-protobuf-gzip": lambda: HttpExporter(endpoint=http, compression=Compression.Gzip),
    "grpc": lambda: GrpcExporter(endpoint=grpc, insecure=True),
    "grpc-gzip": lambda: GrpcExporter(endpoint=grpc, insecure=True, compression=GrpcCompression.Gzip),
}
transport = sys.argv[1] if len(sys.argv) > 1 else "http-protobuf"
if transport not in exporters:
    sys.exit(f"transport {transport}: expected one of {', '.join(exporters)}")

name = sys.argv[2] if len(sys.argv) > 2 else "checkout-python"
provider = TracerProvider(resource=Resource.create({"service.name": name}))
provider.add_span_processor(SimpleSpanProcessor(exporters[transport]()))
tracer = provider.get_tracer("example", "1.0.0")

with tracer.start_as_current_span("POST /checkout", kind=SpanKind.SERVER, attributes={"user.id": "ada"}) as root:
    with tracer.start_as_current_span("SELECT orders", kind=SpanKind.CLIENT, attributes={"rows": 3}) as query:
        query.add_event("cache miss", {"key": "orders:ada"})
    with tracer.start_as_current_span("charge card") as charge:
        charge.set_status(Status(StatusCode.ERROR, "card declined"))
    print(format_trace_id(root.get_span_context().trace_id))

provider.shutdown()
