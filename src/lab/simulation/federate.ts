import { aggregateRound, createWasmKernels } from '../../aggregation/index.ts'
import type { AggregateResult, AggregateRow } from '../../aggregation/index.ts'
import { isQuorateError, QuorateError } from '../../core/index.ts'
import {
  drawCommittee,
  drawnCommittee,
  keccak,
  paddedLength,
  ReferenceId,
  toHex,
  updateRoot,
  Verdict,
  verdictName,
} from '../../protocol/index.ts'
import type { Address, Ledger } from '../../protocol/index.ts'
import { composeUpdate, createTrainer, dequantiseModel, longestUpdate, mayStop } from '../../training/index.ts'
import type { Trainer } from '../../training/index.ts'
import { withAttack } from '../attacks/index.ts'
import { lastNorm } from '../last-norm.ts'
import { attempt } from './attempt.ts'
import { measure } from './measure.ts'
import { memberAddress, roundingSeed } from './setup.ts'
import type { SimulatedMember, SimulatedRound, SimulationSetup } from './setup.ts'
import { oddnessOf } from './oddness.ts'

/** What became of one member in a round. */
export interface SimulatedRow {
  /** Place in `members`. */
  member: number
  /** `skipped`: the member sent no update. */
  verdict: ReturnType<typeof verdictName> | 'skipped'
  /** Share of the step, 0…1. */
  weight: number
  /** In words, where the update did not count. */
  why?: string
  /** Share of the coordinates that met the int8 bound. */
  clipped?: number
  /** Mean loss of the training. */
  loss?: number
}

export interface FederatedRound extends SimulatedRound {
  rows: SimulatedRow[]
}

/** Stake of every member: a bond of 100 tokens. */
const STAKE = 100n * 10n ** 18n
/** Stands for the randomness of the chain. */
const SIMULATED_TASK = 1n

interface Seat {
  place: number
  member: Address
  slot: number
  stake: bigint
  trainer: Trainer
  residual?: Float32Array
  momentum?: Float32Array
  personal?: Float32Array
}

/**
 * Runs the rounds of a task in this process, on what real nodes run: trainers, int8 updates, admission, the rule, the step, the ledger. Only chain and
 * network are left out. Ends after `rounds`, or when the selection of the task says so.
 *
 * @throws QuorateError CANCELLED; what the training of every member ended with, if all of them failed
 * @example for await (const { round, evaluation, rows } of federate(setup)) console.log(round, evaluation.accuracy)
 */
export async function* federate(setup: SimulationSetup): AsyncGenerator<FederatedRound> {
  const { spec, layout, genesis, rounds, selection, signal } = setup
  const kernels = createWasmKernels()
  const seats = setup.members.map((member, place) => seatOf(setup, member, place))
  const done: FederatedRound[] = []
  let model = genesis
  let reference: Int8Array | null = spec.rule.reference === ReferenceId.none ? null : new Int8Array(paddedLength(spec))
  let ledger: Ledger = new Map()
  let medianNorm: number | undefined
  for (let round = 1; round <= rounds && !mayStop(done, selection); round++) {
    const present = drawn(setup, seats, round)
    const rows: (AggregateRow & { seat: Seat; clipped: number; loss: number })[] = []
    const skipped: SimulatedRow[] = []
    let failure: QuorateError | undefined
    for (const { seat, weight } of present) {
      const { place, trainer, residual, momentum, personal, member, slot } = seat
      const trained = await attempt(
        trainer.train({ model, step: round, residual, momentum, personal, maxNorm: longestUpdate(medianNorm), signal }),
      )
      setup.onTrained?.(setup.members[place]!)
      if (isQuorateError(trained)) {
        failure = trained
        skipped.push({ member: place, verdict: 'skipped', weight: 0, why: `${trained.code}: ${trained.message}` })
        continue
      }
      Object.assign(seat, { residual: trained.residual, momentum: trained.momentum, personal: trained.personal })
      const { update, metrics } = trained
      const clipped = metrics.clipped / layout.parameters
      rows.push({ seat, clipped, loss: metrics.loss, member, slot, weight, updateRoot: toHex(updateRoot(update)), update })
    }
    if (rows.length === 0) throw failure ?? new QuorateError('INTERNAL', `nobody was drawn for round ${round}`)
    const result = aggregateRound({ spec, round: BigInt(round), kernels, model, reference, ledger, rows })
    ;({ model, reference, ledger } = result)
    medianNorm =
      lastNorm(
        result,
        rows.map(({ weight }) => weight),
      ) ?? medianNorm
    const kept = seats.map(({ place, personal }) => ({ member: setup.members[place]!, personal }))
    const measured = await measure(setup, dequantiseModel(layout, spec.tensors, model), kept)
    const told = rows.map(({ seat, clipped, loss }, i) => ({ ...tell(result, i), member: seat.place, clipped, loss }))
    done.push({ round, ...measured, rows: [...told, ...skipped].sort((a, b) => a.member - b.member) })
    yield done.at(-1)!
  }
}

function seatOf(setup: SimulationSetup, member: SimulatedMember, place: number): Seat {
  const { layout, spec, memberMomentum } = setup
  const { learner, attack } = member
  const parts = attack ? withAttack(learner, attack) : { learner, compose: composeUpdate }
  const settings = { layout, tensors: spec.tensors, memberMomentum, seed: roundingSeed(setup, member) }
  return { place, member: memberAddress(place), slot: place, stake: STAKE, trainer: createTrainer({ ...settings, ...parts }) }
}

/** Who takes part, with the weight in the round: everybody, or a committee. */
function drawn({ spec, seed }: SimulationSetup, seats: readonly Seat[], round: number): { seat: Seat; weight: bigint }[] {
  const size = drawnCommittee(spec)
  if (size === 0) return seats.map((seat) => ({ seat, weight: seat.stake }))
  const draw = {
    seed: toHex(keccak(new TextEncoder().encode(`simulated seed ${seed}`))),
    task: SIMULATED_TASK,
    round: BigInt(round),
    size,
  }
  return drawCommittee(draw, seats).map(({ slot, weight }) => ({ seat: seats[slot]!, weight }))
}

function tell(result: AggregateResult, index: number): Omit<SimulatedRow, 'member'> {
  const { verdict, beta, fault } = result.rows[index]!
  const why = fault?.message ?? (verdict === Verdict.rejected ? oddness(result, index) : undefined)
  return { verdict: verdictName(verdict), weight: beta / 65_536, ...(why !== undefined && { why }) }
}

function oddness(result: AggregateResult, index: number): string {
  const odd = oddnessOf(result)[index]
  return odd === undefined ? 'far from the other updates' : `${odd.toFixed(1)} times as far from the common direction as usual`
}
