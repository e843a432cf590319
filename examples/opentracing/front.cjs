// A: sets baggage that every process behind it can read, takes the money, and asks for the order.
const { call, headersOf, serve, tracerFor } = require('./tracing.cjs')

const tracer = tracerFor('front')
const ordersPort = Number(process.argv[2])

serve(tracer, async (span, { customer }) => {
  span.setBaggageItem('customer', customer)
  const pay = tracer.startSpan('charge card', { childOf: span })
  pay.log({ event: 'authorized', amount: 12.5, currency: 'EUR' })
  pay.finish()
  const order = await call(tracer, span, ordersPort, '/order', { paid: headersOf(tracer, pay) })
  return { ...order, traceId: span.context().traceIdStr }
})
