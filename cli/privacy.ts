import type { Command } from 'commander'
import planCommand from './privacy/plan.ts'
import spentCommand from './privacy/spent.ts'

/** `quorate privacy`: what noise costs and keeps, before anybody trains (docs/privacy.md). */
export default function privacyCommand(program: Command): void {
  const privacy = program.command('privacy').description('plan the noise of private training, and say what it has spent')
  planCommand(privacy)
  spentCommand(privacy)
}
