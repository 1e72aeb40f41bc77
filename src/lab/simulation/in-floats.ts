import { isQuarantined, ruleOf, updateLedger } from '../../aggregation/index.ts'
import type { LabRule } from '../../aggregation/index.ts'
import { isQuorateError } from '../../core/index.ts'
import { toHex, updateRoot, WEIGHT_ONE } from '../../protocol/index.ts'
import type { Ledger } from '../../protocol/index.ts'
import {
  composeUpdate,
  createRandom,
  dequantiseModel,
  dequantiseUpdate,
  longestUpdate,
  mayStop,
  updateNorm,
} from '../../training/index.ts'
import type { Learner, UpdateComposer } from '../../training/index.ts'
import { withAttack } from '../attacks/index.ts'
import { decideInFloats } from '../float-round.ts'
import { attempt } from './attempt.ts'
import { measure } from './measure.ts'
import { memberAddress, roundingSeed } from './setup.ts'
import type { SimulatedMember, SimulatedRound, SimulationSetup } from './setup.ts'

/** A member that sends its change as floats. */
interface FloatSeat {
  member: SimulatedMember
  learner: Pick<Learner, 'train'>
  compose: UpdateComposer
  momentum?: Float32Array
  personal?: Float32Array
}

interface FloatUpdate {
  member: SimulatedMember
  /** float32[D]. */
  update: Float32Array
}

/** What becomes of the updates of a round. */
interface Weighed {
  /** Of each update in the step, 0…1. */
  shares: readonly number[]
  /** Longest update of the next round, in units of int8; any length if left out. */
  maxNorm?: number
}

type Weigh = (updates: readonly FloatUpdate[], round: bigint) => Weighed

/**
 * The same rounds, members and attacks without int8: what remains between this and `federate` is the price of int8. Members that the rule rejects again and
 * again go into quarantine here, too.
 *
 * @throws QuorateError as `federate`
 */
export function federateInFloats(setup: SimulationSetup): AsyncGenerator<SimulatedRound> {
  const { spec, members } = setup
  const rule: Pick<LabRule, 'decide'> = { decide: (input) => ruleOf(spec.rule.rule).weights(input) }
  let ledger: Ledger = new Map()
  return roundsInFloats(setup, members, (updates, round) => {
    const rows = updates.map(({ member, update }) => {
      const slot = members.indexOf(member)
      return { update, slot, member: memberAddress(slot), weight: 1n, updateRoot: toHex(updateRoot(contentOf(update))) }
    })
    const admitted = rows.filter(({ slot }) => !isQuarantined(ledger.get(slot), round))
    const sent = admitted.map(({ update }) => update)
    const quarantined = BigInt(rows.length - admitted.length)
    const { weights, verdicts, scores } = decideInFloats({ spec, rule, rows: admitted, updates: sent, quarantined })
    const judged = admitted.map((row, i) => ({ ...row, verdict: verdicts[i]!, score: scores[i]! }))
    ;({ ledger } = updateLedger(ledger, judged, { spec, round }))
    const share = (row: (typeof rows)[number]): number => (weights[admitted.indexOf(row)] ?? 0) / WEIGHT_ONE
    return { shares: rows.map(share), maxNorm: longestUpdate(medianNorm(setup, sent)) }
  })
}

/** FedAvg (McMahan et al. 2017) in floats among the honest members, weighted by samples: what the consortium would reach if it could trust everybody. */
export function averageInFloats(setup: SimulationSetup): AsyncGenerator<SimulatedRound> {
  const honest = setup.members.filter(({ attack }) => attack === undefined)
  return roundsInFloats(setup, honest, (updates) => {
    const samples = updates.map(({ member }) => member.samples ?? 1)
    const total = samples.reduce((sum, count) => sum + count, 0)
    return { shares: samples.map((count) => count / total) }
  })
}

/** One member by itself: as many local steps on its own data, and nobody to average with. */
export function trainAlone(setup: SimulationSetup, member: SimulatedMember): AsyncGenerator<SimulatedRound> {
  return roundsInFloats({ ...setup, memberMomentum: 0 }, [member], () => ({ shares: [1] }))
}

async function* roundsInFloats(
  setup: SimulationSetup,
  members: readonly SimulatedMember[],
  weigh: Weigh,
): AsyncGenerator<SimulatedRound> {
  const { spec, layout, genesis, rounds, selection, memberMomentum, signal } = setup
  const seats: FloatSeat[] = members.map((member) => ({
    member,
    ...(member.attack ? withAttack(member.learner, member.attack) : { learner: member.learner, compose: composeUpdate }),
  }))
  const shape = { layout, tensors: spec.tensors, memberMomentum }
  const weights = dequantiseModel(layout, spec.tensors, genesis)
  const rates = serverRates(setup)
  const done: SimulatedRound[] = []
  let maxNorm: number | undefined
  for (let round = 1; round <= rounds && !mayStop(done, selection); round++) {
    const updates: FloatUpdate[] = []
    let failure: unknown
    for (const seat of seats) {
      const { member, learner, compose, momentum, personal } = seat
      const trained = await attempt(learner.train({ weights: weights.slice(), step: round, personal, signal }))
      setup.onTrained?.(member)
      if (isQuorateError(trained)) {
        failure = trained
        continue
      }
      const random = createRandom(roundingSeed(setup, member), 'update', round)
      const composed = compose(shape, { delta: trained.delta, momentum, maxNorm, random })
      seat.momentum = composed.momentum
      seat.personal = trained.personal
      // An update and what it could not carry add up to the change.
      const update = dequantiseUpdate(layout, spec.tensors, composed.update)
      for (let k = 0; k < update.length; k++) update[k]! += composed.residual[k]!
      updates.push({ member, update })
    }
    if (updates.length === 0) throw failure
    const { shares, maxNorm: longest } = weigh(updates, BigInt(round))
    maxNorm = longest
    for (const [i, { update }] of updates.entries()) {
      if (shares[i] === 0) continue
      for (const [t, { offset, length }] of layout.tensors.entries()) {
        const factor = shares[i]! * rates[t]!
        for (let k = offset; k < offset + length; k++) weights[k]! += factor * update[k]!
      }
    }
    done.push({ round, ...(await measure(setup, weights.slice(), seats)) })
    yield done.at(-1)!
  }
}

/** The lower median norm of the updates in units of int8, as members of equal stakes clip to. */
function medianNorm({ layout, spec }: SimulationSetup, updates: readonly Float32Array[]): number {
  const norms = updates.map((update) => updateNorm(layout, spec.tensors, update)).sort((a, b) => a - b)
  return norms[Math.ceil(norms.length / 2) - 1]!
}

/** What the step multiplies the mean of the updates by, for each tensor: η·2^(16 + E − e − s). */
function serverRates({ spec }: SimulationSetup): number[] {
  return spec.tensors.map(
    ({ eta, shift, updateExponent, modelExponent }) => eta * 2 ** (16 + modelExponent - updateExponent - shift),
  )
}

/** Bytes to settle ties by. */
function contentOf(update: Float32Array): Int8Array {
  return new Int8Array(update.buffer, update.byteOffset, update.byteLength)
}
