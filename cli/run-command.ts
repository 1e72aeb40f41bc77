import { CommanderError } from 'commander'
import { reportError } from '../src/console/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { buildProgram } from './program.ts'

/**
 * Runs one command in this process. It prints a result or an error, and leaves the exit code in `process.exitCode`.
 *
 * @param argv the words after `quorate`
 * @example await runCommand(['status', '--rpc', 'http://127.0.0.1:8545', '--ledger', ledger])
 */
export async function runCommand(argv: readonly string[]): Promise<void> {
  try {
    const program = await buildProgram(argv)
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    const asked = error instanceof CommanderError && error.exitCode === 0
    const usage =
      error instanceof CommanderError ? new QuorateError('USAGE', error.message.replace(/^error: /, ''), { cause: error }) : error
    process.exitCode = asked ? 0 : reportError(usage, argv.includes('--json'))
  }
}
