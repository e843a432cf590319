import io.jaegertracing.Configuration;
import io.jaegertracing.Configuration.ReporterConfiguration;
import io.jaegertracing.Configuration.SamplerConfiguration;
import io.jaegertracing.Configuration.SenderConfiguration;
import io.jaegertracing.internal.JaegerTracer;
import io.opentracing.References;
import io.opentracing.Span;
import java.util.Map;

/** jaeger-client for Java: `udp HOST PORT` (compact Thrift) or `http URL`. A server span and its failed child, with everything that the client can say. */
public class JaegerJava {
  public static void main(String[] args) {
    SenderConfiguration sender = new SenderConfiguration();
    if (args[0].equals("udp")) sender.withAgentHost(args[1]).withAgentPort(Integer.parseInt(args[2]));
    else sender.withEndpoint(args[1]);
    JaegerTracer tracer =
        new Configuration("java-" + args[0])
            .withTraceId128Bit(true)
            .withSampler(new SamplerConfiguration().withType("const").withParam(1))
            .withReporter(new ReporterConfiguration().withSender(sender).withFlushInterval(100))
            .withTracerTags(Map.of("shop.city", "Genève"))
            .getTracer();
    Span other = tracer.buildSpan("earlier").start();
    Span root =
        tracer
            .buildSpan("GET /cart")
            .withTag("span.kind", "server")
            .withTag("http.status_code", 200)
            .withTag("ratio", 0.25)
            .withTag("big", 1L << 40)
            .withTag("cached", false)
            .start();
    Span child =
        tracer
            .buildSpan("SELECT")
            .asChildOf(root)
            .addReference(References.FOLLOWS_FROM, other.context())
            .withTag("span.kind", "client")
            .withTag("peer.service", "mysql")
            .withTag("error", true)
            .start();
    child.log(Map.of("event", "error", "error.object", new IllegalStateException("gone"), "retries", 2));
    child.finish();
    root.setBaggageItem("user", "ada");
    root.finish();
    other.finish();
    System.out.println(root.context().toTraceId());
    tracer.close();
  }
}
