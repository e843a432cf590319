import { writeFileSync } from 'node:fs'
import { formatReference } from './help.ts'

// Run by hand after a change of the table: node server/config/write-reference.ts
writeFileSync(new URL('../../docs/configuration.md', import.meta.url), formatReference())
