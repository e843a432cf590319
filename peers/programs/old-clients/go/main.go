// jaeger-client for Go: `udp HOST:PORT` (compact Thrift) or `http URL`. A server span and its failed child, with everything that the client can say.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/opentracing/opentracing-go"
	"github.com/opentracing/opentracing-go/log"
	"github.com/uber/jaeger-client-go"
	"github.com/uber/jaeger-client-go/config"
)

func main() {
	how, where := os.Args[1], os.Args[2]
	reporter := &config.ReporterConfig{}
	if how == "udp" {
		reporter.LocalAgentHostPort = where
	} else {
		reporter.CollectorEndpoint = where
	}
	tracer, closer, err := config.Configuration{
		ServiceName: "go-" + how,
		Sampler:     &config.SamplerConfig{Type: "const", Param: 1},
		Reporter:    reporter,
		Gen128Bit:   true,
		Tags:        []opentracing.Tag{{Key: "shop.city", Value: "Genève"}},
	}.NewTracer()
	if err != nil {
		panic(err)
	}
	other := tracer.StartSpan("earlier")
	root := tracer.StartSpan("GET /cart", opentracing.Tags{
		"span.kind": "server", "http.status_code": uint16(200), "ratio": 0.25, "big": int64(1) << 40, "cached": false,
	})
	child := tracer.StartSpan("SELECT",
		opentracing.ChildOf(root.Context()),
		opentracing.FollowsFrom(other.Context()),
		opentracing.Tags{"span.kind": "client", "peer.service": "mysql", "error": true},
	)
	child.LogFields(log.String("event", "error"), log.Object("error.object", errors.New("gone")), log.Int("retries", 2))
	child.Finish()
	root.SetBaggageItem("user", "ada")
	root.Finish()
	other.Finish()
	closer.Close()
	fmt.Println(root.Context().(jaeger.SpanContext).TraceID())
}
