"""OpenTelemetry for Python through the exporter named first, to the address named second."""

import sys

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

how, where = sys.argv[1], sys.argv[2]
if how == "jaeger-grpc":
    from opentelemetry.exporter.jaeger.proto.grpc import JaegerExporter

    exporter = JaegerExporter(collector_endpoint=where, insecure=True)
elif how == "jaeger-thrift-http":
    from opentelemetry.exporter.jaeger.thrift import JaegerExporter

    exporter = JaegerExporter(collector_endpoint=where)
elif how == "jaeger-thrift-udp":
    from opentelemetry.exporter.jaeger.thrift import JaegerExporter

    host, port = where.split(":")
    exporter = JaegerExporter(agent_host_name=host, agent_port=int(port))
elif how in ("zipkin-v1", "zipkin-v2"):
    from opentelemetry.exporter.zipkin.encoder import Protocol
    from opentelemetry.exporter.zipkin.json import ZipkinExporter

    exporter = ZipkinExporter(version=Protocol.V1 if how == "zipkin-v1" else Protocol.V2, endpoint=where)
else:
    from opentelemetry.exporter.zipkin.proto.http import ZipkinExporter

    exporter = ZipkinExporter(endpoint=where)

provider = TracerProvider(resource=Resource.create({"service.name": f"otel-{how}", "shop.city": "Genève"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
tracer = provider.get_tracer("example", "1.0.0")
with tracer.start_as_current_span("earlier") as earlier:
    link = trace.Link(earlier.get_span_context(), {"why": "test"})
with tracer.start_as_current_span("POST /checkout", kind=trace.SpanKind.SERVER, attributes={"user.id": "ada"}) as root:
    with tracer.start_as_current_span(
        "charge card", kind=trace.SpanKind.CLIENT, links=[link], attributes={"amount": 12.5, "items": 3, "gift": False}
    ) as child:
        child.add_event("declined", {"code": 51})
        child.set_status(trace.Status(trace.StatusCode.ERROR, "card declined"))
print(f"{root.get_span_context().trace_id:032x}")
provider.shutdown()
