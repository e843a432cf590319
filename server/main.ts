/**
 * The command line: the first word is the role, none for the whole server in one. Each role is loaded by itself: one that needs little
 * must not pay for the others (an agent stands beside every container).
 */
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'

const [role, ...flags] = process.argv.slice(2)

switch (role) {
  case 'agent':
    // Before anything of it is loaded: it starts a second time from there (agent/main.ts).
    enableCompileCache(process.env['NODE_COMPILE_CACHE'] ?? join(import.meta.dirname, '../.cache/compiled'))
    await (await import('./agent/main.ts')).startAgentRole(flags)
    break
  case 'collector':
    await (await import('./all-in-one.ts')).startAllInOne(flags, role)
    break
  case 'import':
    process.exitCode = await (await import('./import/main.ts')).runImport(flags)
    break
  default:
    await (await import('./all-in-one.ts')).startAllInOne(process.argv.slice(2))
}
