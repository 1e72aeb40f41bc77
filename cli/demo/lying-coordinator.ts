/**
 * An operator that posts a false claim in one round: the ordinary coordinator with decorated duties. Only the demo and
 * the tests start it.
 *
 *     node cli/demo/lying-coordinator.ts --config coordinator.toml --fault gram --round 3
 */
import { parseArgs } from 'node:util'
import { runCoordinator } from '../../coordinator/cli/run-coordinator.ts'
import { reportError } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { lying } from './claim-fault.ts'
import { claimFault, faultNames, isFaultName } from './claim-faults.ts'

try {
  const { config, fault, round } = parseArgs({
    options: { config: { type: 'string' }, fault: { type: 'string' }, round: { type: 'string' } },
  }).values
  if (!config || !fault || !isFaultName(fault) || !/^[1-9]\d*$/.test(round ?? ''))
    throw new QuorateError('USAGE', `expected --config FILE --fault ${faultNames.join('|')} --round NUMBER`)
  await runCoordinator({ path: config, json: true, decorate: lying(claimFault(fault, BigInt(round!))) })
} catch (error) {
  process.exitCode = reportError(error, true)
}
