import type { Command } from 'commander'
import featuresCommand from './insight/features.ts'
import simulateCommand from './insight/simulate.ts'
import syncCommand from './insight/sync.ts'

/** `quorate insight`: what the addresses of a chain do. */
export default function insightCommand(program: Command): void {
  const insight = program.command('insight').description('stream a chain into Parquet files, and describe its addresses')
  syncCommand(insight)
  featuresCommand(insight)
  simulateCommand(insight)
}
