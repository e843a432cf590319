// C: reads the baggage that A set, and sends a mail because of two things: the request, and the payment in A.
const { opentracing, serve, tracerFor } = require('./tracing.cjs')
const { childOf, followsFrom, FORMAT_HTTP_HEADERS } = opentracing

const tracer = tracerFor('mail')

serve(tracer, (span, { paid }) => {
  const customer = span.getBaggageItem('customer')
  span.log({ event: 'baggage', key: 'customer', value: customer })
  const payment = tracer.extract(FORMAT_HTTP_HEADERS, paid)
  const send = tracer.startSpan('send mail', { references: [childOf(span.context()), followsFrom(payment)] })
  send.log({ event: 'sent', to: `${customer}@example.org`, bytes: 512 })
  send.finish()
  return { mailed: customer }
})
