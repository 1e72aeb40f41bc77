import { equalise } from '../equalise.ts'
import { sum } from '../integer-math.ts'
import { trustInReference } from '../trust.ts'
import { gramRule } from './gram-rule.ts'
import { needsRow } from './theory.ts'

/**
 * FLTrust: the mean of updates of one length, each weighed by the positive part of its cosine with an update that the server would make from a
 * small public root set.
 *
 * Paper: Cao, Fang, Liu, Gong 2021, "FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping".
 * Breakdown: none in F as long as the root set is clean; here F < 1/2 like every rule of the protocol.
 * Stake: stake × trust. The paper scales to the root update's norm; Σβ = 1 fixes the length here, so norms go to the stake-median
 * (capped, so that a tiny update cannot swell).
 */
export const flTrust = gramRule(
  {
    name: 'fltrust',
    paper: 'Cao et al. 2021, FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping',
    breakdown: 'holds while the root set is clean (F < 1/2 asked for)',
    weighting: 'stake × max(0, cos with the root update), norms to the stake-median',
    publicRow: 'root',
    translates: false,
    splits: true,
    unsafe: needsRow('root', 'FLTrust'),
  },
  ({ gram, whole, stakes, hasReference, spec }) => {
    const { scales } = equalise(gram, stakes, spec.capQ16)
    const trust = hasReference ? trustInReference(whole) : stakes.map(() => 65_536n)
    const raw = stakes.map((stake, i) => stake * trust[i]! * scales[i]!)
    return sum(raw) > 0n ? { raw, rejected: trust.map((value) => value === 0n) } : { raw: stakes }
  },
)
