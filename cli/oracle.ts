import type { Command } from 'commander'
import attestCommands from './oracle/attest.ts'
import feedCommands from './oracle/feed.ts'
import readCommands from './oracle/read.ts'

/** `quorate oracle`: outputs of a model on chain. */
export default function oracleCommand(program: Command): void {
  const oracle = program.command('oracle').description('bring scores of a model on chain, signed by k of n')
  feedCommands(oracle)
  attestCommands(oracle)
  readCommands(oracle)
}
