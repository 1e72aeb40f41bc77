import { runCommand } from './run-command.ts'

/** How long what is left of a command that ended may take, ms. */
const EXIT_GRACE_MS = 2_000

await runCommand(process.argv.slice(2))
// A half-open connection cannot be closed, and would keep the process alive.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
