// Starts the three, asks once, and prints the id of the trace: node run.cjs
const { fork } = require('node:child_process')
const { once } = require('node:events')
const { join } = require('node:path')

async function start(name, ...args) {
  const child = fork(join(__dirname, `${name}.cjs`), args.map(String))
  const [{ port }] = await once(child, 'message')
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
    const exit = once(child, 'exit')
    child.disconnect()
    return exit
  })
  await Promise.all(ended)
  console.log(`mailed ${mailed}`)
  console.log(traceId)
}

void main()
