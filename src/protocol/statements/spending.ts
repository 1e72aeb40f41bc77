import { QuorateError } from '../../core/errors.ts'
import { fromHex, lowerHex, toHex } from '../bytes.ts'
import type { SpendingSchema } from '../gen/quorate/v1/messages_pb.ts'
import { keccak } from '../hash.ts'
import type { RoundState } from '../round/state.ts'
import type { Address, Hash } from '../types.ts'
import type { GossipStatement, RoundMessage, Signed } from './definition.ts'
import type { TypedData } from './typed-data.ts'
import { early, ignore } from './verdict.ts'
import { addressField, hashField, signatureField } from './wire-fields.ts'

/** Steps with noise that an update has seen, as whole numbers. */
export interface NoisedSteps {
  /** Standard deviation of the noise over the clipping norm, in 10^-9, rounded down. */
  noise: bigint
  /** Chance of a record to be in the batch of a step, in 10^-12, rounded up. */
  rate: bigint
  steps: bigint
}

/**
 * What a member says that its update of a round spent of its privacy budget. It is bound to the update by its commitment, and stands beside the protocol: no claim depends
 * on it. It is the member's word. Nobody can see from an update how much noise it has.
 */
export interface SpendingMessage extends RoundMessage, Signed {
  kind: 'spending'
  member: Address
  commitment: Hash
  /** ε of this update alone, in millionths, rounded up. */
  epsilon: bigint
  /** ε of everything that the member's ledger has charged, with this update: in millionths, rounded up. */
  total: bigint
  /** The δ of both, in 10^-18. */
  delta: bigint
  /** Ascending by noise, then by rate; each pair once. */
  steps: readonly NoisedSteps[]
}

export const SPENDING_LIMITS = { kinds: 8, epsilon: 10n ** 12n, noise: 10n ** 15n, steps: 2n ** 53n - 1n } as const

/** Parts of one that a unit of each number is. */
const UNIT = { epsilon: 1e6, delta: 1e18, noise: 1e9, rate: 1e12 } as const

/** Numbers of a spending as an accountant takes them. */
export interface SpendingNumbers {
  epsilon: number
  total: number
  delta: number
  steps: { noiseMultiplier: number; samplingRate: number; steps: number }[]
}

/**
 * Numbers in their form. Each is rounded so that a statement never says less than was spent.
 *
 * @returns undefined for numbers that have no place in it: nothing to state
 * @example spendingOf({ epsilon: 0.5, total: 2, delta: 1e-5, steps: [{ noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }] })
 */
export function spendingOf({
  epsilon,
  total,
  delta,
  steps,
}: SpendingNumbers): Pick<SpendingMessage, 'epsilon' | 'total' | 'delta' | 'steps'> | undefined {
  const merged = new Map<string, NoisedSteps>()
  for (const one of steps) {
    const noise = whole(Math.floor(one.noiseMultiplier * UNIT.noise))
    const rate = whole(Math.ceil(one.samplingRate * UNIT.rate))
    const known = merged.get(`${noise}/${rate}`)?.steps ?? 0n
    merged.set(`${noise}/${rate}`, { noise, rate, steps: known + whole(one.steps) })
  }
  const stated = {
    epsilon: whole(Math.ceil(epsilon * UNIT.epsilon)),
    total: whole(Math.ceil(total * UNIT.epsilon)),
    delta: whole(Math.round(delta * UNIT.delta)),
    steps: [...merged.values()].toSorted(compareSteps),
  }
  return problemOf(stated) === undefined ? stated : undefined
}

/** The numbers of a statement. */
export function spendingNumbers({
  epsilon,
  total,
  delta,
  steps,
}: Pick<SpendingMessage, 'epsilon' | 'total' | 'delta' | 'steps'>): SpendingNumbers {
  return {
    epsilon: Number(epsilon) / UNIT.epsilon,
    total: Number(total) / UNIT.epsilon,
    delta: Number(delta) / UNIT.delta,
    steps: steps.map(({ noise, rate, steps: count }) => ({
      noiseMultiplier: Number(noise) / UNIT.noise,
      samplingRate: Number(rate) / UNIT.rate,
      steps: Number(count),
    })),
  }
}

/** A number that is not finite has no form, and −1 is out of all bounds. */
function whole(value: number): bigint {
  return Number.isFinite(value) ? BigInt(value) : -1n
}

function compareSteps(a: NoisedSteps, b: NoisedSteps): number {
  if (a.noise !== b.noise) return a.noise < b.noise ? -1 : 1
  if (a.rate === b.rate) return 0
  return a.rate < b.rate ? -1 : 1
}

function problemOf({
  epsilon,
  total,
  delta,
  steps,
}: Pick<SpendingMessage, 'epsilon' | 'total' | 'delta' | 'steps'>): string | undefined {
  const { kinds, epsilon: most, noise: mostNoise, steps: mostSteps } = SPENDING_LIMITS
  if (epsilon < 0n || epsilon > most || total < epsilon || total > most) return 'ε is out of bounds'
  if (delta <= 0n || delta >= 10n ** 18n) return 'δ is out of bounds'
  if (steps.length === 0 || steps.length > kinds) return `${steps.length} kinds of steps, and 1 to ${kinds} are taken`
  for (const [index, one] of steps.entries()) {
    if (one.noise <= 0n || one.noise > mostNoise) return 'the noise is out of bounds'
    if (one.rate <= 0n || one.rate > 10n ** 12n) return 'the sampling rate is out of bounds'
    if (one.steps <= 0n || one.steps > mostSteps) return 'the number of steps is out of bounds'
    if (index > 0 && compareSteps(steps[index - 1]!, one) >= 0) return 'the kinds of steps do not ascend'
  }
  return undefined
}

/** @throws QuorateError MESSAGE_MALFORMED */
export function checkSpending(spending: SpendingMessage): SpendingMessage {
  const problem = problemOf(spending)
  if (problem !== undefined) throw new QuorateError('MESSAGE_MALFORMED', `spending: ${problem}`)
  return spending
}

/** Hash of the steps: a line `noise/rate/steps` for each kind. */
export function stepsHash(steps: readonly NoisedSteps[]): Hash {
  const text = steps.map(({ noise, rate, steps: count }) => `${noise}/${rate}/${count}`).join('\n')
  return toHex(keccak(new TextEncoder().encode(text)))
}

/** The commitment of a member that a round knows: that of the sealed list, or one that came by gossip. */
function commitmentIn({ seal, commitments }: RoundState, member: Address): Hash | undefined {
  const owner = lowerHex(member)
  return seal ? seal.rows.find((row) => row.member === owner)?.commitment : commitments.get(owner)?.commitment
}

export const SPENDING = {
  name: 'Spending',
  fields: {
    task: 'uint256',
    round: 'uint64',
    commitment: 'bytes32',
    epsilon: 'uint64',
    total: 'uint64',
    delta: 'uint64',
    steps: 'bytes32',
  },
} as const satisfies TypedData

export const spending = {
  typed: SPENDING,
  by: 'member',
  author: ({ member }) => member,
  body: ({ task, round, commitment, epsilon, total, delta, steps }) => ({
    task,
    round,
    commitment,
    epsilon,
    total,
    delta,
    steps: stepsHash(steps),
  }),
  judge(message, { state }) {
    const committed = commitmentIn(state, message.member)
    if (committed === undefined) return early(message)
    if (committed === message.commitment) return undefined
    return ignore('MESSAGE_CONFLICT', `the spending is of another update than the one that ${message.member} committed to`)
  },
  // The node keeps it beside the round.
  event: () => undefined,
  known: () => [],
  wire: {
    from: ({ task, round, member, commitment, epsilon, total, delta, steps, signature }) =>
      checkSpending({
        kind: 'spending',
        task,
        round,
        member: addressField(member, 'member'),
        commitment: hashField(commitment, 'commitment'),
        epsilon,
        total,
        delta,
        steps: steps.map((one) => ({ noise: one.noise, rate: one.rate, steps: one.steps })),
        signature: signatureField(signature),
      }),
    to: ({ task, round, member, commitment, epsilon, total, delta, steps, signature }) => ({
      task,
      round,
      member: fromHex(member),
      commitment: fromHex(commitment),
      epsilon,
      total,
      delta,
      steps: steps.map(({ noise, rate, steps: count }) => ({ noise, rate, steps: count })),
      signature: fromHex(signature),
    }),
  },
} satisfies GossipStatement<SpendingMessage, typeof SpendingSchema, typeof SPENDING>
