// B: tries twice to reserve, and confirms afterwards, in a span that nobody waits for: it follows from the reservation.
const { call, opentracing, serve, tracerFor } = require('./tracing.cjs')
const { followsFrom, Tags } = opentracing

const tracer = tracerFor('orders')
const mailPort = Number(process.argv[2])

serve(tracer, async (span, { paid }) => {
  let reserved
  for (const attempt of [1, 2]) {
    reserved = tracer.startSpan('reserve', { childOf: span, tags: { attempt } })
    if (attempt === 1) {
      reserved.setTag(Tags.ERROR, true)
      // As text: of an Error itself this client sends {}.
      const error = String(new Error('shelf 7 is locked'))
      reserved.log({ event: 'error', 'error.object': error, message: 'trying again', wait_ms: 5 })
    }
    await new Promise(resolve => setTimeout(resolve, 5))
    reserved.finish()
  }
  const confirm = tracer.startSpan('confirm', { references: [followsFrom(reserved.context())] })
  const mail = await call(tracer, confirm, mailPort, '/mail', { paid })
  confirm.finish()
  return mail
})
