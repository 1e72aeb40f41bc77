/**
 * An operator that lies in every round it has the seat of: the ordinary program with decorated duties.
 *
 *     node test/chaos/programs/liar.ts --config coordinator.toml --lie gram
 */
import { parseArgs } from 'node:util'
import { lying } from '../../../cli/demo/claim-fault.ts'
import { claimFault, isFaultName } from '../../../cli/demo/claim-faults.ts'
import { runCoordinator } from '../../../coordinator/cli/run-coordinator.ts'
import { reportError } from '../../../src/console/index.ts'
import { QuorateError } from '../../../src/core/index.ts'
import type { DutyNeeds, RoundDuties } from '../../../src/node/index.ts'
import { evidenceLie, isEvidenceLie } from './evidence-lies.ts'

/** `lying` names one round; here the round at hand is the one. */
function alwaysLying(name: string): (duties: RoundDuties, needs: DutyNeeds) => RoundDuties {
  if (!isFaultName(name) && !isEvidenceLie(name)) throw new QuorateError('USAGE', `${name} is no lie`)
  return (honest, needs) => {
    const of = (round: bigint): RoundDuties =>
      lying(isEvidenceLie(name) ? evidenceLie(name, round).fault : claimFault(name, round))(honest, needs)
    return {
      ...honest,
      seal: { ...honest.seal, list: async (effect, state, signal) => of(state.plan.round).seal!.list!(effect, state, signal) },
      build: {
        async build(effect, state, signal) {
          const { round } = state.plan
          if (isEvidenceLie(name)) await needs.ports.stores.documents.add(evidenceLie(name, round).served)
          return of(round).build!.build!(effect, state, signal)
        },
      },
      post: {
        ...honest.post,
        post: async (effect, state, signal) => of(state.plan.round).post!.post!(effect, state, signal),
        fail: async (effect, state, signal) => of(state.plan.round).post!.fail!(effect, state, signal),
      },
    }
  }
}

try {
  const { config, lie } = parseArgs({ options: { config: { type: 'string' }, lie: { type: 'string' } } }).values
  await runCoordinator({ path: config!, json: true, decorate: alwaysLying(lie!) })
} catch (error) {
  process.exitCode = reportError(error, true)
}
