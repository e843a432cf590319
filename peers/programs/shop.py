"""A small shop: a server that its own client asks for some seconds, with a line of log for each request."""

import logging
import sys
import threading
import time
import urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server

from opentelemetry.instrumentation.wsgi import OpenTelemetryMiddleware


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def shop(_, start_response):
    logging.getLogger("shop").warning("asked for a cart")
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"ok"]


# What the shop itself logs goes out as OTLP alone: standard error is left to complaints of the SDK.
logging.lastResort = None
complaints = logging.StreamHandler(sys.stderr)
complaints.setLevel(logging.WARNING)
logging.getLogger("opentelemetry").addHandler(complaints)

with make_server("127.0.0.1", 0, OpenTelemetryMiddleware(shop), handler_class=Quiet) as server:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    end = time.time() + float(sys.argv[1])
    while time.time() < end:
        urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/cart").read()
        time.sleep(0.2)
    server.shutdown()
