"""jaeger-client for Python over UDP (compact Thrift): HOST PORT. A server span with a log, and its failed child."""

import sys
import time

from jaeger_client import Config

config = Config(
    config={
        "sampler": {"type": "const", "param": 1},
        "logging": False,
        "local_agent": {"reporting_host": sys.argv[1], "reporting_port": int(sys.argv[2])},
        "generate_128bit_trace_id": True,
    },
    service_name="python-udp",
)
tracer = config.initialize_tracer()
with tracer.start_span("GET /cart", tags={"span.kind": "server", "path": "/cart", "method": "GET"}) as root:
    root.log_kv({"event": "cache miss", "key": "cart:ada", "tries": 2})
    with tracer.start_span("SELECT", child_of=root, tags={"span.kind": "client", "ratio": 0.5, "cached": True}) as child:
        child.set_tag("error", True)
print(f"{root.trace_id:032x}")
time.sleep(2)
tracer.close()
time.sleep(1)
