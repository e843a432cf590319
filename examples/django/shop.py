"""A shop of one file on Django, traced as it was done in 2019: OpenTracing's middleware and Jaeger's own client, over UDP.

    python shop.py [HOST:PORT]

JAEGER_AGENT_HOST and JAEGER_AGENT_PORT say where spans go (default 127.0.0.1:6831).
"""

import os
import sys

import django_opentracing
from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import JsonResponse
from django.urls import path
from jaeger_client import Config

tracer = Config(
    service_name="django-shop",
    config={
        "sampler": {"type": "const", "param": 1},
        "local_agent": {
            "reporting_host": os.environ.get("JAEGER_AGENT_HOST", "127.0.0.1"),
            "reporting_port": int(os.environ.get("JAEGER_AGENT_PORT", "6831")),
        },
    },
).initialize_tracer()

settings.configure(
    SECRET_KEY="only for this example",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django_opentracing.OpenTracingMiddleware"],
    OPENTRACING_TRACE_ALL=True,
    OPENTRACING_TRACED_ATTRIBUTES=["path", "method"],
    OPENTRACING_TRACER=django_opentracing.DjangoTracing(tracer),
)


def item(request, number):
    parent = settings.OPENTRACING_TRACER.get_span(request)
    with tracer.start_span("load item", child_of=parent, tags={"item": number}) as span:
        span.log_kv({"event": "cache miss", "key": f"item:{number}"})
    return JsonResponse({"item": number})


urlpatterns = [path("items/<int:number>/", item)]

if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8000"
    execute_from_command_line(["shop.py", "runserver", "--noreload", address])
