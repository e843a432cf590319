// Starts the three, asks once, and prints the id of the trace: node run.cjs
const { fork } = require('node:child_process')
const events = require('node:events')

async function start(name, ...args) {
  const child = fork(`${__dirname}/${name}.cjs`, args.map(String))
  const [{ port }] = await events.once(child, 'message')
  return { child, port }
}

async function main() {
  const mail = await start('mail')
  const orders = await start('orders', mail.port)
  const front = await start('front', orders.port)
  const answer = await fetch(`http://127.0.0.1:${front.port}/checkout`, {
    method: 'POST',
    body: JSON.stringify({ customer: 'ada' }),
  })
  const { traceId, mailed } = await answer.json()
  // Each sends what it still has before it ends.
  const ended = [front, orders, mail].map(({ child }) => {
    const exit = events.once(child, 'exit')
    child.disconnect()
    return exit
  })
  await Promise.all(ended)
  console.log(`mailed ${mailed}`)
  console.log(traceId)
}

void main()
