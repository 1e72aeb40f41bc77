import type { Command } from 'commander'
import actCommands from './guard/act.ts'
import breakerCommands from './guard/breaker.ts'
import limitCommands from './guard/limits.ts'
import stewardCommands from './guard/steward.ts'

/** `quorate guard`: agents that act within limits. */
export default function guardCommand(program: Command): void {
  const guard = program.command('guard').description('let an agent act within limits, with a breaker')
  limitCommands(guard)
  actCommands(guard)
  breakerCommands(guard)
  stewardCommands(guard)
}
