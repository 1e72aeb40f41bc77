import type { Command } from 'commander'
import cancelCommand from './gov/cancel.ts'
import delegateCommand from './gov/delegate.ts'
import executeCommand from './gov/execute.ts'
import paramsCommand from './gov/params.ts'
import proposeCommand from './gov/propose.ts'
import queueCommand from './gov/queue.ts'
import statusCommand from './gov/status.ts'
import voteCommand from './gov/vote.ts'

/** `quorate gov`: parameters, proposals and votes (docs/governance.md). */
export default function govCommand(program: Command): void {
  const command = program.command('gov').description('read parameters, propose changes and vote in a governed deployment')
  paramsCommand(command)
  proposeCommand(command)
  voteCommand(command)
  queueCommand(command)
  executeCommand(command)
  cancelCommand(command)
  statusCommand(command)
  delegateCommand(command)
}
