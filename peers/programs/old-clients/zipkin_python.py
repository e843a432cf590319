"""py-zipkin in the encoding named first (v1-thrift, v1-json, v2-json, v2-proto), to the URL named second."""

import sys
import urllib.request

from py_zipkin import Encoding, Kind
from py_zipkin.util import generate_random_64bit_string
from py_zipkin.zipkin import ZipkinAttrs, zipkin_client_span, zipkin_span

ENCODINGS = {
    "v1-thrift": (Encoding.V1_THRIFT, "application/x-thrift"),
    "v1-json": (Encoding.V1_JSON, "application/json"),
    "v2-json": (Encoding.V2_JSON, "application/json"),
    "v2-proto": (Encoding.V2_PROTO3, "application/x-protobuf"),
}
encoding, content_type = ENCODINGS[sys.argv[1]]


def send(body):
    if isinstance(body, str):
        body = body.encode()
    request = urllib.request.Request(sys.argv[2], data=body, headers={"Content-Type": content_type})
    urllib.request.urlopen(request).read()


trace_id = generate_random_64bit_string() + generate_random_64bit_string()
attrs = ZipkinAttrs(
    trace_id=trace_id, span_id=generate_random_64bit_string(), parent_span_id=None, flags="0", is_sampled=True
)
with zipkin_span(
    service_name=f"pyzipkin-{sys.argv[1]}",
    span_name="get /cart",
    transport_handler=send,
    zipkin_attrs=attrs,
    port=8080,
    host="10.1.2.3",
    encoding=encoding,
    kind=Kind.SERVER,
    binary_annotations={"user.id": "ada"},
) as root:
    root.add_annotation("cache miss")
    with zipkin_client_span(service_name=f"pyzipkin-{sys.argv[1]}", span_name="select") as child:
        child.add_sa_binary_annotation(port=3306, service_name="mysql", host="10.9.8.7")
        child.update_binary_annotations({"error": "gone"})
print(trace_id)
