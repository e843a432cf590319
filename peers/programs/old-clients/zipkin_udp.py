"""Zipkin's spans as the oldest of Jaeger's clients sent them (5775), by the code that jaeger-client still carries: HOST PORT."""

import socket
import sys
import time

from jaeger_client.thrift_gen.agent import Agent
from jaeger_client.thrift_gen.zipkincore import constants
from jaeger_client.thrift_gen.zipkincore.ttypes import Annotation, AnnotationType, BinaryAnnotation, Endpoint, Span
from thrift.protocol import TCompactProtocol
from thrift.Thrift import TMessageType
from thrift.transport import TTransport

host = Endpoint(ipv4=0x0A010203, port=8080, service_name="python-zipkin-udp")
mysql = Endpoint(ipv4=0x0A090807, port=3306, service_name="mysql")
now = int(time.time() * 1e6)
trace_id = now << 8 | 1


def span(name, id, parent, begin, end, start, length, *more):
    return Span(
        trace_id=trace_id,
        name=name,
        id=id,
        parent_id=parent,
        annotations=[
            Annotation(start, begin, host),
            Annotation(start + 5, "cache miss", host),
            Annotation(start + length, end, host),
        ],
        binary_annotations=list(more),
        timestamp=start,
        duration=length,
    )


root = span(
    "get /cart", 1, None, constants.SERVER_RECV, constants.SERVER_SEND, now, 900,
    BinaryAnnotation("user.id", "ada", AnnotationType.STRING, host),
)
child = span(
    "select", 2, 1, constants.CLIENT_SEND, constants.CLIENT_RECV, now + 100, 300,
    BinaryAnnotation(constants.SERVER_ADDR, "\x01", AnnotationType.BOOL, mysql),
    BinaryAnnotation("error", "gone", AnnotationType.STRING, host),
)
buffer = TTransport.TMemoryBuffer()
protocol = TCompactProtocol.TCompactProtocol(buffer)
protocol.writeMessageBegin("emitZipkinBatch", TMessageType.ONEWAY, 0)
Agent.emitZipkinBatch_args([child, root]).write(protocol)
protocol.writeMessageEnd()
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(buffer.getvalue(), (sys.argv[1], int(sys.argv[2])))
print(f"{trace_id:016x}")
