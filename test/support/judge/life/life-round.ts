import { NO_STATEMENTS } from '../../../../src/judge/index.ts'
import {
  availableRoots,
  checkRecord,
  claimHash,
  documentHash,
  keccak,
  ledgerRoot,
  lowerHex,
  modelRoot,
  paddedLength,
  roundMembers,
  SpecBounds,
  tensorChunks,
  toHex,
  updateRoot,
  ZERO_HASH,
} from '../../../../src/protocol/index.ts'
import type { Claim, Hash, TaskSpec } from '../../../../src/protocol/index.ts'
import type { ModelState } from '../../../../src/replay/index.ts'
import {
  enough,
  EVERYBODY,
  genesisOf,
  MEMBERS,
  OPERATOR,
  randomLedger,
  randomOf,
  randomSpec,
  randomUpdate,
  TASK,
  TOTAL_STAKE,
} from '../random-round.ts'
import type { Committee, Random, RandomRow } from '../random-round.ts'
import { TEST_DOMAIN } from '../signed-round.ts'
import type { SignedRound } from '../signed-round.ts'
import { OPERATOR_KEY, OPERATOR_OWNER } from './accounts.ts'
import { repeatOld, rotateSome, unleash } from './adversary.ts'
import type { Step } from './chain-steps.ts'
import { LifeChain } from './life-chain.ts'
import { DOCUMENT, LifeWorld } from './life-world.ts'
import { StatementLog } from './statement-log.ts'

/** A round as it happened between honest nodes and an adversary, up to the claim of an honest operator. */
export interface LifeRound extends SignedRound {
  /** What the chain saw, for forge. */
  steps: readonly Step[]
  /** Byzantine members, by slot. */
  byzantine: ReadonlySet<number>
  /** Whether a member still had, when the round was sealed, the key that it signed with. */
  keptKey: (slot: number) => boolean
  /** Facts of the record that a watcher would call false; there must be none. */
  faults: readonly string[]
  /** How often which kind of statement was made. */
  said: ReadonlyMap<string, number>
  /** Why numbers before this one were burned, in order. */
  burned: readonly string[]
}

/** Rounds that an adversary within its bound may not stop. */
const MOST_NUMBERS = 6

/**
 * Plays a task's second round with Byzantine members that hold at most the tolerated share of the sealed weight, until an honest operator has
 * posted its claim. Numbers before that fail: the operator crashes, say.
 */
export async function lifeRound(seed: number, { drawn = false }: { drawn?: boolean } = {}): Promise<LifeRound> {
  const random = randomOf(seed)
  const size = drawn ? 1 + randomOf(seed ^ 0x51fe)(80) : 0
  const { honest: following, byzantine, spec } = cast(random, size)
  const { base, genesis } = parentOf(spec, random)
  const chain = new LifeChain((round) => (size === 0 ? EVERYBODY : drawWithin(seed, round, { size, following, byzantine, spec })))
  const log = new StatementLog()
  for (const slot of [...following, ...byzantine]) if (random(8) === 0) chain.rotate(slot)
  chain.postParent()

  const updates = new Map<Hash, Int8Array>()
  const common = Int8Array.from({ length: tensorChunks(spec) * 256 }, () => random(41) - 20)
  const add = (update: Int8Array): { root: Hash; update: Int8Array } => {
    const root = toHex(updateRoot(update))
    updates.set(root, update)
    return { root, update }
  }
  const fresh = (flaws: number): { root: Hash; update: Int8Array } =>
    add(randomUpdate(random, paddedLength(spec), common, spec, flaws))
  const burned: string[] = []
  const crashes = random(3) === 0 ? 1 + random(2) : 0
  const pauseIn = random(5) === 0 ? random(crashes + 1) : undefined
  for (let number = 0; ; number++) {
    const honest = following.filter((slot) => chain.memberAt(slot))
    // A node that shows its update trains again for the next number.
    const own = new Map(honest.map((slot) => [slot, fresh(0)]))
    const world = new LifeWorld({ chain, log, spec, base, random, honest, updateOf: (slot) => own.get(slot)!, updates })
    const old = [...log.messages]
    for (const slot of byzantine) {
      if (!chain.memberAt(slot)) continue
      const known = [...updates.keys()]
      const root = random(6) === 0 ? known[random(known.length)]! : fresh(6).root
      unleash(world, slot, { root, second: fresh(6).root })
    }
    repeatOld(world, old)
    rotateSome(world)
    if (number === pauseIn) {
      world.plan(random(2) ? 'opened' : 'sealed', random(120), () => {
        log.count('pause')
        return world.pause(20 + random(3600))
      })
    }
    await world.play(number < crashes ? random(200) : Infinity)
    if (world.posted) return finish(world, { base, genesis, spec, log, byzantine, burned })
    burned.push(world.failed!)
    if (number >= MOST_NUMBERS) throw new Error(`seed ${seed}: no claim after ${number + 1} numbers: ${burned.join('; ')}`)
    chain.fail()
  }
}

/** Who takes part, and a task for them: the Byzantine have at most the tolerated share of whatever is sealed. */
function cast(random: Random, committee: number): { honest: number[]; byzantine: Set<number>; spec: TaskSpec } {
  const crowd = random(24) === 0 || committee > 0 ? MEMBERS : MEMBERS.slice(0, 8)
  const order = crowd.map(({ slot }) => slot)
  for (let i = order.length - 1; i > 0; i--) {
    const j = random(i + 1)
    ;[order[i], order[j]] = [order[j]!, order[i]!]
  }
  // Whoever is offline has no part in the round. An early seal needs everybody.
  const chosen = crowd === MEMBERS && random(2) === 0 ? order : order.slice(0, 2 + random(order.length - 1))
  // Without so much stake no specification lets a round have a claim.
  const more = enough(chosen.map((slot) => MEMBERS[slot]!)).flatMap(({ slot }) => (chosen.includes(slot) ? [] : [slot]))
  const present = [...chosen, ...more]
  const weightOf = (slots: readonly number[]): bigint => slots.reduce((sum, slot) => sum + MEMBERS[slot]!.stake, 0n)
  const spec = randomSpec(random, [])
  const a = BigInt(spec.toleranceBps)
  const least = BigInt(SpecBounds.minSealedBps.least)
  const honest = [...present].sort((x, y) => x - y)
  const byzantine = new Set<number>()
  for (const slot of present) {
    const left = honest.filter((one) => one !== slot)
    const bad = weightOf([...byzantine, slot])
    const kept = weightOf(left)
    if (kept * 10_000n < least * TOTAL_STAKE || bad * 10_000n > a * (bad + kept) || random(5) === 0) continue
    byzantine.add(slot)
    honest.splice(honest.indexOf(slot), 1)
  }
  // Of a committee nobody knows before how much it will seal.
  const reached = committee > 0 ? 0 : Number((weightOf(honest) * 10_000n) / TOTAL_STAKE)
  const minSealedBps = Math.max(SpecBounds.minSealedBps.least, reached - [0, random(1000)][random(2)]!)
  return { honest, byzantine, spec: { ...spec, committee, minSealedBps, document: documentHash(DOCUMENT) } }
}

/** The first committee of a round in which the Byzantine are within their bound, and the others alone can have a claim. */
function drawWithin(
  seed: number,
  round: bigint,
  {
    size,
    following,
    byzantine,
    spec,
  }: { size: number; following: readonly number[]; byzantine: ReadonlySet<number>; spec: TaskSpec },
): Committee {
  const random = randomOf(seed ^ (Number(round) << 16) ^ 0xd7a4)
  for (let tries = 0; tries < 10_000; tries++) {
    const mix = toHex(keccak(Uint8Array.of(random(256), random(256), random(256))))
    const members = roundMembers({ task: TASK, round, committee: size, seed: mix }, MEMBERS)
    const weightOf = (slots: (slot: number) => boolean): bigint =>
      members.reduce((sum, { slot, stake }) => (slots(slot) ? sum + stake : sum), 0n)
    const honest = weightOf((slot) => following.includes(slot))
    const bad = weightOf((slot) => byzantine.has(slot))
    const within = bad * 10_000n <= BigInt(spec.toleranceBps) * (bad + honest)
    if (within && honest * 10_000n >= BigInt(spec.minSealedBps) * TOTAL_STAKE) return { size, seed: mix, members }
  }
  throw new Error(`seed ${seed}: no committee of ${size} is within the bound`)
}

function parentOf(spec: TaskSpec, random: Random): { base: ModelState; genesis: Claim } {
  const length = paddedLength(spec)
  const model = Int32Array.from({ length }, () => random(2 ** 22) - 2 ** 21)
  const reference = spec.rule.reference === 0 ? null : Int8Array.from({ length }, () => (random(3) === 0 ? random(255) - 127 : 0))
  const ledger = randomLedger(random)
  const genesis = genesisOf(spec)
  const ledgerTotal = [...ledger.values()].reduce((sum, leaf) => sum + leaf.reward, 0n)
  const claim: Claim = {
    ...genesis,
    parent: claimHash(TASK, 0n, genesis),
    modelRoot: toHex(modelRoot(model)),
    referenceRoot: reference ? toHex(updateRoot(reference)) : ZERO_HASH,
    ledgerRoot: ledgerRoot(ledger),
    ledgerTotal,
  }
  const base = { round: 1n, claimHash: claimHash(TASK, 1n, claim), height: 1, claim, model, reference, ledger, ledgerTotal }
  return { base, genesis }
}

interface Played {
  base: ModelState
  genesis: Claim
  spec: TaskSpec
  log: StatementLog
  byzantine: ReadonlySet<number>
  burned: readonly string[]
}

async function finish(world: LifeWorld, { base, genesis, spec, log, byzantine, burned }: Played): Promise<LifeRound> {
  const { chain } = world
  const sealed = chain.sealed!
  const facts = {
    task: TASK,
    round: chain.round,
    domain: TEST_DOMAIN,
    members: chain.snapshot,
    totalStake: TOTAL_STAKE,
    seal: {
      operator: OPERATOR_OWNER,
      operatorKey: OPERATOR_KEY.address,
      slot: OPERATOR.slot,
      digest: sealed.digest,
      count: sealed.count,
    },
    forced: new Map(chain.forced.map(({ member, commitment }) => [lowerHex(member), commitment] as const)),
  }
  const record = world.record!
  const faults = await checkRecord(record, { ...facts, base: base.claimHash, timepoint: chain.timepoint, spec })
  const { parts } = world.claim!
  const roots = availableRoots(record, spec)
  const rows = record.rows.map(({ member, reveal }, i): RandomRow => {
    const { slot, stake } = facts.members.find((one) => one.member === member)!
    const attestation = record.attestations.find((one) => one.member === member)
    return {
      member,
      slot,
      weight: stake,
      updateRoot: reveal?.updateRoot ?? null,
      update: (roots[i] && parts.updates.get(roots[i])) ?? null,
      ...(attestation && { held: attestation.held }),
    }
  })
  return {
    genesis,
    committee: chain.committee,
    // Every part made once, and replaced by lies later.
    honest: { ...parts },
    rows,
    known: { facts, statements: { ...NO_STATEMENTS, ...log.statements } },
    keyOf: (slot) => world.keyOf(slot),
    steps: chain.steps,
    byzantine,
    keptKey: (slot) => chain.keptKey(slot),
    faults,
    said: log.counts,
    burned,
  }
}
