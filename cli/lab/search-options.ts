import { QuorateError } from '../../src/core/index.ts'
import { isCoalition, isObjective, labAttackByName, OBJECTIVES } from '../../src/lab/index.ts'
import type { CoalitionAttack, ObjectiveName } from '../../src/lab/index.ts'
import { flagValue } from '../flag-value.ts'
import type { LabFlags } from './options.ts'

/** What a red team was asked for. */
export interface SearchOptions {
  attack: CoalitionAttack
  budget: number
  objective: ObjectiveName
}

/** Options that have one value in a search: it is about one circumstance. Seeds may be several. */
const SINGLE = ['dataset', 'partition', 'members', 'byzantine', 'rule', 'circumstance'] as const

/** @throws QuorateError FLAG_INVALID naming the flag */
export function searchOf(flags: LabFlags, name: string): SearchOptions {
  const attack = flagValue('--search', () => labAttackByName(name))
  if (!isCoalition(attack))
    throw invalid(`--search ${name}: only attacks of coalitions have parameters to move; docs/robustness.md §2 lists them`)
  const { objective } = flags
  if (!isObjective(objective)) throw invalid(`--objective ${objective}: expected ${Object.keys(OBJECTIVES).join(', ')}`)
  for (const option of SINGLE) {
    if (flags[option].includes(','))
      throw invalid(`--${option} ${flags[option]}: a search takes one value; only --seed may be a list`)
  }
  if (flags.shard !== '1/1') throw invalid(`--shard ${flags.shard}: a search is one after the other; leave out --shard`)
  if (flags.reportOnly) throw invalid('--report-only: a search writes its report as it ends; leave out --report-only')
  return { attack, budget: flags.budget, objective }
}

function invalid(message: string): QuorateError {
  return new QuorateError('FLAG_INVALID', message)
}
