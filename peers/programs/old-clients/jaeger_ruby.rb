# jaeger-client for Ruby: `udp HOST PORT` (compact Thrift) or `http URL`. A server span and its failed child.
require 'jaeger/client'

how, where, port = ARGV
service = "ruby-#{how}"
options = { service_name: service, flush_interval: 0.1, sampler: Jaeger::Samplers::Const.new(true), tags: { 'shop.city' => 'Genève' } }
if how == 'udp'
  options.merge!(host: where, port: port.to_i)
else
  encoder = Jaeger::Encoders::ThriftEncoder.new(service_name: service, tags: options[:tags], logger: Logger.new($stderr))
  sender = Jaeger::HttpSender.new(url: where, encoder: encoder, logger: Logger.new($stderr))
  options[:reporter] = Jaeger::Reporters::RemoteReporter.new(sender: sender, flush_interval: 0.1)
end
tracer = Jaeger::Client.build(**options)
other = tracer.start_span('earlier')
root = tracer.start_span('GET /cart', tags: { 'span.kind' => 'server', 'http.status_code' => 200, 'ratio' => 0.25, 'cached' => false })
references = [OpenTracing::Reference.child_of(root.context), OpenTracing::Reference.follows_from(other.context)]
child = tracer.start_span('SELECT', references: references, tags: { 'span.kind' => 'client', 'peer.service' => 'mysql', 'error' => true })
child.log_kv(event: 'error', 'error.object': RuntimeError.new('gone'), retries: 2)
child.finish
root.set_baggage_item('user', 'ada')
root.finish
other.finish
puts format('%032x', root.context.trace_id)
sleep 1
