import { CommanderError } from 'commander'
import { QuorateError } from '../src/core/index.ts'
import { reportError } from '../src/console/index.ts'
import { buildProgram } from './program.ts'

/** How long what is left of a command that ended may take, ms. */
const EXIT_GRACE_MS = 2_000

const argv = process.argv.slice(2)
try {
  const program = await buildProgram(argv)
  await program.parseAsync(argv, { from: 'user' })
} catch (error) {
  const asked = error instanceof CommanderError && error.exitCode === 0
  const usage =
    error instanceof CommanderError ? new QuorateError('USAGE', error.message.replace(/^error: /, ''), { cause: error }) : error
  process.exitCode = asked ? 0 : reportError(usage, argv.includes('--json'))
}
// A half-open connection cannot be closed, and would keep the process alive.
setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
