/**
 * A member whose training costs nothing: the ordinary program with a trainer that makes an update from its key alone.
 *
 *     node bench/whole-round/ready-member.ts --config member.toml --index 3 --coordinates 1000000
 */
import { parseArgs } from 'node:util'
import { runMember } from '../../participant/cli/run-member.ts'
import { reportError } from '../../src/console/index.ts'
import { readyTrainer } from './ready-trainer.ts'

try {
  const text = { type: 'string' } as const
  const { config, index, coordinates } = parseArgs({ options: { config: text, index: text, coordinates: text } }).values
  await runMember({
    path: config!,
    json: true,
    ready: { trainer: readyTrainer({ index: Number(index), coordinates: Number(coordinates) }), backend: 'none', samples: 1 },
  })
} catch (error) {
  process.exitCode = reportError(error, true)
}
