/**
 * A member whose training costs nothing: the ordinary program with another trainer.
 *
 *     node test/chaos/programs/member.ts --config member.toml
 */
import { parseArgs } from 'node:util'
import { runMember } from '../../../participant/cli/run-member.ts'
import { reportError } from '../../../src/console/index.ts'
import { quickTrainer } from './quick-trainer.ts'

try {
  const { config } = parseArgs({ options: { config: { type: 'string' } } }).values
  await runMember({ path: config!, json: true, createTrainer: quickTrainer })
} catch (error) {
  process.exitCode = reportError(error, true)
}
