/**
 * The command line: the first word is the role, none for the whole server in one. Each role is loaded by itself: one that needs little
 * must not pay for the others (an agent stands beside every container).
 */
const [role] = process.argv.slice(2)

switch (role) {
  default:
    await (await import('./all-in-one.ts')).startAllInOne(process.argv.slice(2))
}
