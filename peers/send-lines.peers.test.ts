/** The lines that the empty store offers, run as they stand: their spans come in. Those of Java, Go, .NET and Ruby need tools that are not fetched here. */
import { execFile } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { EXAMPLE_SERVICE, sendLines } from '#app/pages/search/send-lines.ts'
import { type ServerProcess, startServer } from '#bench/server-process.ts'
import { nodePackages, programs, pythonPackages } from './packages.ts'

const run = promisify(execFile)

let server: ServerProcess
beforeEach(async () => {
  server = await startServer(['--storage', 'memory'])
})
afterEach(async () => {
  await server.stop()
})

function linesOf(key: string): string {
  const found = sendLines(`http://127.0.0.1:${server.otlpHttpPort}`).find(lines => lines.key === key)
  if (found === undefined) throw new Error(`no lines for ${key}`)
  return found.text
}

/** Names of the spans that came in under the service of the lines. */
async function names(): Promise<readonly string[]> {
  const url = `http://127.0.0.1:${server.queryPort}/api/traces?service=${EXAMPLE_SERVICE}`
  const { data } = (await (await fetch(url)).json()) as { data: { spans: { operationName: string }[] }[] }
  return data.flatMap(({ spans }) => spans.map(({ operationName }) => operationName))
}

/** Of batches that wait for more; so that a program of a second sends what it has. */
const SOON = { ...process.env, OTEL_BSP_SCHEDULE_DELAY: '100', OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process' }

test('curl', async () => {
  await run('sh', ['-ec', linesOf('curl')])
  expect(await names()).toEqual(['hello'])
})

test('Node: a program that begins with them and asks another', { timeout: 240_000 }, async context => {
  const installed = await nodePackages()
  if ('missing' in installed) return context.skip(installed.missing)
  const file = join(installed.folder, 'send-lines.mjs')
  const asks = `\nawait fetch('http://127.0.0.1:${server.queryPort}/api/services')\nsetTimeout(() => undefined, 2000)\n`
  writeFileSync(file, linesOf('node') + asks)
  await run(process.execPath, [file], { env: SOON })
  rmSync(file)
  expect(await names()).toContain('GET')
})

test('Python: a program that begins with them and makes a span', { timeout: 240_000 }, async context => {
  const installed = await pythonPackages()
  if ('missing' in installed) return context.skip(installed.missing)
  const spans = '\nwith trace.get_tracer("t").start_as_current_span("made by hand"):\n    pass\n'
  await run(join(installed.folder, 'bin', 'python'), ['-c', linesOf('python') + spans], { env: SOON })
  expect(await names()).toEqual(['made by hand'])
})

test('without touching code: Node and Python with the variables alone', { timeout: 240_000 }, async context => {
  const [node, python] = [await nodePackages(), await pythonPackages()]
  if ('missing' in node) return context.skip(node.missing)
  if ('missing' in python) return context.skip(python.missing)
  const shell = async (command: string, cwd: string): Promise<void> => {
    await run('sh', ['-ec', `${linesOf('env')}\n${command}`], { cwd, env: SOON })
  }
  const hook = '@opentelemetry/auto-instrumentations-node/register'
  const app = `fetch('http://127.0.0.1:${server.queryPort}/api/services').then(() => setTimeout(() => undefined, 2000))`
  await shell(`'${process.execPath}' --require ${hook} -e "${app}"`, node.folder)
  expect(await names()).toEqual(['GET'])
  await shell(`bin/opentelemetry-instrument bin/python '${join(programs, 'shop.py')}' 2`, python.folder)
  expect((await names()).length).toBeGreaterThan(1)
})
