import { isDeepStrictEqual } from 'node:util'
import { encodeEvidence, evidenceOf, operatorShare, ruleOf, TraceKind } from '../../../src/aggregation/index.ts'
import { reasonArgOf, segmentNorms, sumsOf } from '../../../src/judge/index.ts'
import type { ClaimParts, KnownRound, RoundStatements } from '../../../src/judge/index.ts'
import {
  commitmentsHash,
  holdingWeight,
  isAvailable,
  isCertified,
  keccak,
  reachesFloor,
  Reason,
  toHex,
  Verdict,
  word,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Hex, LedgerLeaf, MemberLeaf, TaskSpec } from '../../../src/protocol/index.ts'
import { recomputeFrom } from './consistent-lies.ts'
import { MEMBERS, replay, TOTAL_STAKE } from './random-round.ts'
import type { Random, RandomRow } from './random-round.ts'
import { attest, hashOfSignature, operatorOf, signReceipt } from './signed-round.ts'
import type { SignedRound } from './signed-round.ts'

/** A claim as an operator would post it, and a watcher's knowledge of the round. */
export interface Posted {
  parts: ClaimParts
  known: KnownRound
  readonly rows: readonly RandomRow[]
  readonly keyOf: SignedRound['keyOf']
}

/** Changes one thing of a claim; returns false where the round has nothing of the kind. */
export type Mutation = (posted: Posted, random: Random) => boolean | Promise<boolean>
type PartsMutation = (parts: ClaimParts, random: Random) => boolean

const carries = (row: MemberLeaf): boolean => row.verdict === 3 || row.verdict === 4

const inParts =
  (change: PartsMutation): Mutation =>
  ({ parts }, random) =>
    change(parts, random)

function changeRow(change: (row: MemberLeaf, random: Random) => Partial<MemberLeaf> | undefined): Mutation {
  return inParts((parts, random) => {
    if (parts.rows.length === 0) return false
    const i = random(parts.rows.length)
    const changed = change(parts.rows[i]!, random)
    if (!changed) return false
    parts.rows[i] = { ...parts.rows[i]!, ...changed }
    return true
  })
}

function changeWord(fromEnd: number): Mutation {
  return inParts((parts, random) => {
    const words = parts.transition[random(parts.transition.length)]!
    const at = fromEnd > 0 ? words.length - fromEnd : random(words.length - 4)
    if (at < 0 || at >= words.length || (fromEnd === 0 && words.length === 4)) return false
    words[at] = keccak(words[at]!)
    return true
  })
}

function changeLedger(change: (leaf: LedgerLeaf) => Partial<LedgerLeaf>): Mutation {
  return inParts((parts, random) => {
    const slots = parts.rows.map((row) => row.slot).filter((slot) => parts.ledger.has(slot))
    if (slots.length === 0) return false
    const slot = slots[random(slots.length)]!
    const leaf = parts.ledger.get(slot)!
    parts.ledger = new Map(parts.ledger).set(slot, { ...leaf, ...change(leaf) })
    return true
  })
}

/** The ledger leaf of the operator that posts, given the leaf before the round; undefined to leave it. */
function changeShare(
  change: (leaf: LedgerLeaf, before: LedgerLeaf, spec: ClaimParts['spec']) => LedgerLeaf | undefined,
): Mutation {
  return (posted) => {
    const { parts } = posted
    const { member, slot } = operatorOf(posted.known)
    const none: LedgerLeaf = { member, reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }
    const leaf = parts.ledger.get(slot) ?? none
    const before = parts.previous.ledger.get(slot)
    const told = change(leaf, before ?? none, parts.spec)
    if (!told) return false
    const ledger = new Map(parts.ledger)
    if (told.reward === 0n && before === undefined) ledger.delete(slot)
    else ledger.set(slot, told)
    parts.ledger = ledger
    return true
  }
}

/** One word of a leaf of one kind, or of any. */
function changeTrace(kind?: number): Mutation {
  return inParts((parts, random) => {
    const leaves = parts.trace.filter((leaf) => (kind === undefined || leaf.kind === kind) && leaf.words.length > 0)
    if (leaves.length === 0) return false
    const { words } = leaves[random(leaves.length)]!
    const at = random(words.length)
    const changes = [words[at]! + 1n, words[at]! - 1n, -words[at]! - 1n, 0n, 1n << 200n, words[(at + 1) % words.length]!]
    words[at] = changes[random(changes.length)]!
    return true
  })
}

const changeShape = (change: (parts: ClaimParts, at: number, random: Random) => void): Mutation =>
  inParts((parts, random) => {
    if (parts.trace.length === 0) return false
    change(parts, random(parts.trace.length), random)
    return true
  })

/** Everything recomputed, but under another specification than the task's. */
function underSpec(change: (spec: TaskSpec, random: Random) => Partial<TaskSpec> | undefined): Mutation {
  return (posted, random) => {
    const { spec } = posted.parts
    const changed = change(spec, random)
    if (!changed) return false
    posted.parts = replay(posted.parts, posted.rows, { ...spec, ...changed }, operatorOf(posted.known))
    return true
  }
}

const underRule = (change: (rule: TaskSpec['rule'], random: Random) => Partial<TaskSpec['rule']>): Mutation =>
  underSpec((spec, random) => (spec.rule.rule === 0 ? undefined : { rule: { ...spec.rule, ...change(spec.rule, random) } }))

/** What a lying operator could change, one at a time, and post. */
export const MUTATIONS: Record<string, Mutation> = {
  'row: weight': changeRow((row, random) => ({ weight: row.weight + (random(2) ? 1n : -1n) })),
  'row: slot': changeRow((row) => ({ slot: row.slot + 1 })),
  'row: member': changeRow(() => ({ member: `0x${'ee'.repeat(20)}` })),
  'row: commitment': changeRow((row) => ({ commitment: toHex(keccak(Buffer.from(row.commitment.slice(2), 'hex'))) })),
  'row: unsigned': changeRow(() => ({ signatureHash: `0x${'00'.repeat(32)}` })),
  'row: signature': (posted, random) => {
    const { parts, known } = posted
    const { commitments } = known.statements
    if (commitments.length === 0) return false
    const at = random(commitments.length)
    const { member, signature: right } = commitments[at]!
    const wrong = wrongSignature(right, random)
    if (wrong === right) return false
    parts.rows = parts.rows.map((row) => (row.member === member ? { ...row, signatureHash: hashOfSignature(wrong) } : row))
    learn(posted, { commitments: commitments.with(at, { ...commitments[at]!, signature: wrong }) })
    return true
  },
  'row: attestation': (posted, random) => {
    const { parts, known } = posted
    const { attestations } = known.statements
    if (attestations.length === 0) return false
    const at = random(attestations.length)
    const { member, signature: right } = attestations[at]!
    // Of another member, or of nobody.
    const other = attestations[(at + 1) % attestations.length]!.signature
    const wrong = random(2) ? other : wrongSignature(right, random)
    if (wrong === right) return false
    parts.rows = parts.rows.map((row) => (row.member === member ? { ...row, attestationHash: hashOfSignature(wrong) } : row))
    learn(posted, { attestations: [...attestations, { member, signature: wrong }] })
    return true
  },
  'row: held': changeRow((row, random) =>
    row.attestationHash === ZERO_HASH ? { held: 1n } : { held: row.held ^ (1n << BigInt(random(128))) },
  ),
  'row: attestation left out': inParts((parts, random) => {
    const { spec } = parts
    const sealed = parts.rows.reduce((sum, { weight }) => sum + weight, 0n)
    const attesters = parts.rows.flatMap(({ attestationHash }, i) => (attestationHash === ZERO_HASH ? [] : [i]))
    // One after the other, until too few are left: any other choice is the operator's.
    while (attesters.length > 0) {
      const [i] = attesters.splice(random(attesters.length), 1)
      parts.rows[i!] = { ...parts.rows[i!]!, held: 0n, attestationHash: ZERO_HASH }
      const weight = attesters.reduce((sum, k) => sum + parts.rows[k]!.weight, 0n)
      if (!isCertified(weight, sealed, spec)) return true
    }
    return false
  }),
  'row: update root': changeRow((row) =>
    BigInt(row.updateRoot) === 0n ? undefined : { updateRoot: toHex(keccak(Buffer.from(row.updateRoot.slice(2), 'hex'))) },
  ),
  'row: unknown verdict': changeRow((_, random) => ({ verdict: (6 + random(250)) as Verdict })),
  'row: unknown reason': changeRow((_, random) => ({ reason: (5 + random(250)) as Reason })),
  'row: quarantined': changeRow((row) =>
    row.verdict > 0 ? { ...BARE, verdict: Verdict.quarantined, updateRoot: ZERO_HASH } : undefined,
  ),
  'row: quarantined, with an update': changeRow((row, random) =>
    row.verdict === Verdict.quarantined ? { updateRoot: toHex(keccak(Uint8Array.of(random(256)))) } : undefined,
  ),
  'row: quarantine forgotten': changeRow((row) =>
    row.verdict === Verdict.quarantined ? { verdict: Verdict.unavailable } : undefined,
  ),
  'row: beta without right': changeRow((row) => (carries(row) ? undefined : { beta: 1 })),
  'row: score without right': changeRow((row) => (carries(row) ? undefined : { score: 1n })),
  'row: beta': changeRow((row) => (carries(row) ? { beta: row.beta + 1 } : undefined)),
  'row: score': changeRow((row, random) => (carries(row) ? { score: row.score + BigInt(1 + random(9)) } : undefined)),
  'row: other verdict': changeRow((row) =>
    carries(row) ? { verdict: row.verdict === 3 ? 4 : 3 } : row.verdict === 5 ? { verdict: 3 } : undefined,
  ),
  'row: called unavailable': changeRow((row) =>
    row.verdict > Verdict.unavailable ? { ...BARE, verdict: Verdict.unavailable, updateRoot: ZERO_HASH } : undefined,
  ),
  'row: called available': (posted, random) => {
    const { parts, rows } = posted
    const hidden = parts.rows.flatMap(({ verdict }, i) =>
      verdict === Verdict.unavailable && rows[i]!.updateRoot !== null ? [i] : [],
    )
    if (hidden.length === 0) return false
    const i = hidden[random(hidden.length)]!
    const called = random(2) ? { verdict: Verdict.accepted } : { verdict: Verdict.inadmissible, reason: Reason.value }
    parts.rows[i] = { ...parts.rows[i]!, ...called, updateRoot: rows[i]!.updateRoot! }
    return true
  },
  'row: called a copy': inParts((parts, random) =>
    refuse(parts, random, Reason.copy, () => BigInt(random(parts.rows.length + 1))),
  ),
  'row: called void': inParts((parts, random) => refuse(parts, random, Reason.bucket, () => 0n)),
  'row: called a bad value': inParts((parts, random) =>
    refuse(parts, random, Reason.value, () => BigInt(random(2 * parts.transition.length))),
  ),
  // Of a longer update the first bad chunk is the one after the last.
  'row: called too long': inParts((parts, random) => refuse(parts, random, Reason.value, () => BigInt(parts.transition.length))),
  'row: called out of bounds': inParts((parts, random) => refuse(parts, random, Reason.norm, (i) => ownSums(parts, i, random))),
  'row: reason argument': inParts((parts, random) => {
    const refused = parts.rows.flatMap(({ verdict }, i) => (verdict === Verdict.inadmissible ? [i] : []))
    if (refused.length === 0) return false
    const i = refused[random(refused.length)]!
    const { reason, reasonArg } = parts.rows[i]!
    if (reason === Reason.norm) {
      parts.rows[i] = { ...parts.rows[i]!, reasonArg: toHex(word(ownSums(parts, i, random))) }
    } else parts.rows[i] = { ...parts.rows[i]!, reasonArg: toHex(word(BigInt(reasonArg) + 1n)) }
    return true
  }),
  'row: admitted wrongly': changeRow((row) =>
    row.verdict === Verdict.inadmissible ? { verdict: Verdict.accepted, reason: Reason.none, reasonArg: ZERO_HASH } : undefined,
  ),
  'rows: one more': inParts((parts) => ++parts.members > 0),
  'rows: one less': inParts((parts) => parts.members > 0 && --parts.members >= 0),
  'rows: swapped': inParts((parts) => {
    if (parts.rows.length < 2) return false
    parts.rows.splice(0, 2, parts.rows[1]!, parts.rows[0]!)
    parts.norms = new Map([...parts.norms].map(([row, sums]) => [row < 2 ? 1 - row : row, sums]))
    return true
  }),
  'gram: segment': inParts((parts, random) => changeSum(parts, random, 0)),
  'gram: node': inParts((parts, random) => changeSum(parts, random, 1)),
  'gram: a pair less': inParts((parts) => parts.gram.pop() !== undefined),
  'gram: a pair more': inParts((parts) => {
    if (parts.gram.length === 0) return false
    parts.gram.push(parts.gram[0]!)
    return true
  }),
  'gram: out of nothing': inParts((parts) => {
    if (parts.gram.length > 0) return false
    const segments = parts.transition.length / 32
    const levels = [segments]
    while (levels.at(-1)! > 1) levels.push(Math.ceil(levels.at(-1)! / 2))
    parts.gram.push(levels.map((width) => Array.from({ length: width }, () => 0)))
    return true
  }),
  'trace: a word': changeTrace(),
  ...Object.fromEntries(Object.entries(TraceKind).map(([name, kind]) => [`trace: ${name}`, changeTrace(kind)])),
  'trace: kind': changeShape((parts, at, random) => {
    parts.trace[at]!.kind = 1 + ((parts.trace[at]!.kind + random(30)) % 32)
  }),
  'trace: index': changeShape((parts, at) => {
    parts.trace[at]!.index++
  }),
  'trace: longer': changeShape((parts, at) => {
    parts.trace[at]!.words.push(0n)
  }),
  'trace: shorter': changeShape((parts, at) => {
    parts.trace[at]!.words.pop()
  }),
  'trace: a leaf less': changeShape((parts, at) => {
    parts.trace.splice(at, 1)
  }),
  'trace: the last leaf less': changeShape((parts) => {
    parts.trace.pop()
  }),
  'trace: a leaf more': changeShape((parts, at, random) => {
    const { kind, index, words } = parts.trace[at]!
    parts.trace.splice(random(parts.trace.length + 1), 0, { kind, index, words: [...words] })
  }),
  'trace: far too many': changeShape((parts, at) => {
    parts.trace.push(...Array.from({ length: parts.trace.length + 1 }, () => parts.trace[at]!))
  }),
  'trace: swapped': changeShape((parts, at) => {
    const other = (at + 1) % parts.trace.length
    const leaves = [parts.trace[at]!, parts.trace[other]!]
    parts.trace[at] = leaves[1]!
    parts.trace[other] = leaves[0]!
  }),
  'trace: none': inParts((parts) => parts.trace.splice(0).length > 0),
  'transition: row': changeWord(0),
  'transition: old model': changeWord(4),
  'transition: new model': changeWord(3),
  'transition: old reference': changeWord(2),
  'transition: new reference': changeWord(1),
  'transition: model and leaf': inParts((parts, random) => {
    const c = random(parts.model.length)
    parts.model[c] = parts.transition[c]![parts.transition[c]!.length - 3] = keccak(parts.model[c]!)
    return true
  }),
  'transition: a row too many': inParts((parts, random) => {
    parts.transition[random(parts.transition.length)]!.unshift(keccak(new Uint8Array(1)))
    return parts.trace.length > 0
  }),
  'transition: short leaf': inParts((parts, random) => {
    parts.transition[random(parts.transition.length)]!.splice(1 + random(3))
    return true
  }),
  'model: leaf': inParts((parts, random) => {
    const c = random(parts.model.length)
    parts.model[c] = keccak(parts.model[c]!)
    return true
  }),
  'reference: leaf': inParts((parts, random) => {
    if (!parts.reference) return false
    const c = random(parts.reference.length)
    parts.reference[c] = keccak(parts.reference[c]!)
    return true
  }),
  'reference: none': inParts((parts) => {
    if (!parts.reference) return false
    parts.reference = null
    return true
  }),
  'ledger: reward': changeLedger((leaf) => ({ reward: leaf.reward + 1n })),
  'ledger: strikes': changeLedger((leaf) => ({ strikes: leaf.strikes + 1 })),
  'ledger: reputation': changeLedger((leaf) => ({ reputation: (leaf.reputation + 1) & 0xffff })),
  'ledger: extra': changeLedger(() => ({ extra: `0x${'01'.repeat(32)}` })),
  'ledger: wealth': changeLedger(({ extra }) => {
    const evidence = evidenceOf(extra)
    return { extra: encodeEvidence({ ...evidence, wealth: evidence.wealth + 1 }) }
  }),
  'ledger: quarantine': changeLedger(({ extra }) => {
    const evidence = evidenceOf(extra)
    return { extra: encodeEvidence({ ...evidence, until: evidence.until + 16n }) }
  }),
  'ledger: somebody else': inParts((parts, random) => {
    const slot = random(1024)
    if (parts.rows.some((row) => row.slot === slot)) return false
    const leaf = parts.ledger.get(slot) ?? {
      member: MEMBERS[0]!.member,
      reward: 0n,
      strikes: 0,
      reputation: 0,
      extra: `0x${'00'.repeat(32)}`,
    }
    parts.ledger = new Map(parts.ledger).set(slot, { ...leaf, reward: leaf.reward + 1n })
    return true
  }),
  'share: too much': changeShare((leaf) => ({ ...leaf, reward: leaf.reward + 1n })),
  'share: kept from the operator': changeShare((leaf, before) => (leaf.reward === before.reward ? undefined : before)),
  'share: under another name': changeShare((leaf) => ({ ...leaf, member: MEMBERS[0]!.member })),
  'share: with strikes': changeShare((leaf) => ({ ...leaf, strikes: leaf.strikes + 1 })),
  'share: of a round that pays nobody': changeShare((leaf, before, spec) =>
    leaf.reward === before.reward ? { ...leaf, reward: leaf.reward + operatorShare(spec) } : undefined,
  ),
  'ledger: forgotten': inParts((parts, random) => {
    const slots = [...parts.ledger.keys()]
    if (slots.length === 0) return false
    const ledger = new Map(parts.ledger)
    ledger.delete(slots[random(slots.length)]!)
    parts.ledger = ledger
    return true
  }),
  'ledger: total': inParts((parts, random) => {
    // More than one reward beyond the parent cannot be posted.
    const most = parts.parent.claim.ledgerTotal + parts.spec.rewardPerRound
    const less = parts.ledgerTotal === most || (parts.ledgerTotal > 0n && random(2) === 0)
    parts.ledgerTotal += less ? -1n : 1n
    return true
  }),
  'consistent: an omission': async (posted, random) => {
    if (posted.rows.length === 0) return false
    const i = random(posted.rows.length)
    const { member, commitment } = posted.parts.rows[i]!
    await sealWithout(posted, i)
    const signature = await signReceipt(posted.parts.round, member, commitment)
    learn(posted, { receipts: [{ member, commitment, signature }] })
    return true
  },
  'consistent: a forced omission': async (posted, random) => {
    const forced = posted.parts.rows.flatMap(({ signatureHash }, i) => (signatureHash === ZERO_HASH ? [i] : []))
    if (forced.length === 0) return false
    await sealWithout(posted, forced[random(forced.length)]!)
    return true
  },
  'consistent: too little sealed': async (posted, random) => {
    const { spec } = posted.parts
    // Nobody else complains about the rows that are left out.
    const left = posted.parts.rows.flatMap(({ signatureHash }, i) => (signatureHash === ZERO_HASH ? [] : [i]))
    if (left.length === 0) return false
    await sealWithout(posted, left[random(left.length)]!)
    const sealed = posted.parts.rows.reduce((sum, { weight }) => sum + weight, 0n)
    const attested = posted.parts.rows.reduce((sum, row) => (row.attestationHash === ZERO_HASH ? sum : sum + row.weight), 0n)
    return !reachesFloor(sealed, TOTAL_STAKE, spec) || !isCertified(attested, sealed, spec)
  },
  'consistent: other rows than sealed': async (posted, random) => {
    const { rows, known } = posted
    if (rows.length === 0) return false
    await sealWithout(posted, random(rows.length))
    posted.known = { ...posted.known, facts: known.facts }
    return true
  },
  'consistent: called unavailable': (posted, random) => {
    const candidates = posted.parts.rows.flatMap(({ verdict }, i) => (verdict >= 2 ? [i] : []))
    if (candidates.length === 0) return false
    const i = candidates[random(candidates.length)]!
    const row = { ...posted.rows[i]!, update: null }
    const { commitment } = posted.parts.rows[i]!
    posted.parts = replay(posted.parts, posted.rows.with(i, row), posted.parts.spec, operatorOf(posted.known))
    posted.parts.rows[i] = { ...posted.parts.rows[i]!, commitment }
    return true
  },
  'consistent: quarantine lifted or invented': (posted, random) => {
    const { parts } = posted
    if (parts.rows.length === 0) return false
    const i = random(parts.rows.length)
    const { member, slot, verdict } = parts.rows[i]!
    const known = parts.previous.ledger.get(slot) ?? { member, reward: 0n, strikes: 0, reputation: 0, extra: ZERO_HASH }
    const until = verdict === Verdict.quarantined ? 0n : 5n
    const told = { ...known, extra: encodeEvidence({ ...evidenceOf(known.extra), until }) }
    const ledger = new Map(parts.previous.ledger).set(slot, told)
    const lie = replay({ ...parts, previous: { ...parts.previous, ledger } }, posted.rows, parts.spec, operatorOf(posted.known))
    posted.parts = { ...lie, previous: parts.previous }
    return true
  },
  'consistent: another weight': (posted, random) => {
    const i = random(posted.rows.length)
    const row = { ...posted.rows[i]!, weight: 3n * posted.rows[i]!.weight }
    posted.parts = replay(posted.parts, posted.rows.with(i, row), posted.parts.spec, operatorOf(posted.known))
    return true
  },
  'consistent: another weight in the trace': (posted, random) => {
    const i = random(posted.rows.length)
    const { weight } = posted.rows[i]!
    posted.parts = replay(
      posted.parts,
      posted.rows.with(i, { ...posted.rows[i]!, weight: 3n * weight }),
      posted.parts.spec,
      operatorOf(posted.known),
    )
    posted.parts.rows[i] = { ...posted.parts.rows[i]!, weight }
    return true
  },
  'consistent: gram': (posted, random) => {
    const { parts } = posted
    if (parts.gram.length === 0) return false
    const levels = parts.gram[random(parts.gram.length)]!
    const segment = random(levels[0]!.length)
    for (const [level, sums] of levels.entries())
      sums[segment >> level] = Math.abs(sums[segment >> level]! + 1000 + random(100_000))
    return recomputeFrom(posted, (input) => ruleOf(parts.spec.rule.rule).weights(input))
  },
  'consistent: quarantined stake forgotten': (posted) => {
    let forgotten = false
    const recomputed = recomputeFrom(posted, (input) => {
      const rule = ruleOf(posted.parts.spec.rule.rule)
      const lie = rule.weights({ ...input, quarantined: 0n })
      forgotten = lie.verdicts.join() !== rule.weights(input).verdicts.join()
      return lie
    })
    return recomputed && forgotten
  },
  'consistent: weights': (posted, random) =>
    recomputeFrom(posted, (input) => {
      const right = ruleOf(posted.parts.spec.rule.rule).weights(input)
      if (right.weights.length < 2) return right
      const from = right.weights.findIndex((weight) => weight > 0)
      const to = (from + 1 + random(right.weights.length - 1)) % right.weights.length
      const moved = 1 + random(right.weights[from]!)
      return {
        ...right,
        weights: right.weights.map((weight, i) => (i === from ? weight - moved : i === to ? weight + moved : weight)),
      }
    }),
  'consistent: bounds of the norm': underSpec((_, random) => (random(2) ? { minNormSq: 0n } : { maxNormSq: 2n ** 60n })),
  'consistent: step': underSpec((spec, random) => ({
    tensors: spec.tensors.map((tensor) => ({ ...tensor, eta: (tensor.eta + 1 + random(1000)) % 2 ** 24 })),
  })),
  'consistent: reward': underSpec((spec) => ({ rewardPerRound: spec.rewardPerRound / 2n })),
  'consistent: tolerance': underRule(({ byzantineBps }) => ({ byzantineBps: byzantineBps + 500 })),
  'consistent: iterations': underRule(({ iterations }, random) => ({ iterations: iterations + 1 + random(4) })),
  'consistent: cap': underRule(({ capQ16 }) => ({ capQ16: capQ16 + 65_536 })),
  'consistent: threshold': underRule(({ rejectBps }, random) => ({ rejectBps: rejectBps === 0 ? 10_500 : random(2) * 11_000 })),
  'consistent: decay': underRule(({ referenceDecay }) => ({ referenceDecay: (referenceDecay + 100) % 257 })),
}

/** What a row without verdict of the rule has. */
const BARE = { beta: 0, score: 0n, reason: Reason.none, reasonArg: ZERO_HASH } as const

/** A byte of r, the last byte, or too short. */
function wrongSignature(right: Hex, random: Random): Hex {
  return [right.replace(/^0x../, '0x01'), right.replace(/..$/, '00'), right.slice(0, -2)][random(3)] as Hex
}

/** Calls an available row inadmissible for a reason that is not its own. */
function refuse(parts: ClaimParts, random: Random, reason: Reason, argOf: (row: number) => bigint): boolean {
  const available = parts.rows.flatMap(({ verdict }, i) => (verdict >= Verdict.inadmissible ? [i] : []))
  if (available.length === 0) return false
  const i = available[random(available.length)]!
  const changed = { ...BARE, verdict: Verdict.inadmissible, reason, reasonArg: toHex(word(argOf(i))) }
  const { verdict, reasonArg } = parts.rows[i]!
  if (verdict === Verdict.inadmissible && parts.rows[i]!.reason === reason && reasonArg === changed.reasonArg) return false
  parts.rows[i] = { ...parts.rows[i]!, ...changed }
  return true
}

/** The own sum tree of a row, right or with a change, as `reasonArg`; the claim's opening has the same tree. */
function ownSums(parts: ClaimParts, i: number, random: Random): bigint {
  const sums = sumsOf(segmentNorms(parts, i))
  const change = random(3)
  if (change > 0) {
    const level = change === 1 ? 0 : random(sums.length)
    const at = random(sums[level]!.length)
    // Consistent up to the root, or in one node.
    const top = change === 1 ? sums.length : level + 1
    for (let l = level; l < top; l++) sums[l]![at >> (l - level)]! += change === 1 ? -1 - random(1000) : 1 + random(1000)
  }
  parts.norms = new Map(parts.norms).set(i, sums)
  return BigInt(reasonArgOf(sums))
}

/** The claim over all rows but one, whose members attest to the rest. */
async function sealWithout(posted: Posted, i: number): Promise<void> {
  const low = (1n << BigInt(i)) - 1n
  const rows = posted.rows.toSpliced(i, 1).map((row) => {
    if (row.held === undefined) return row
    return { ...row, held: (row.held & low) | ((row.held >> 1n) & ~low) }
  })
  // Availability follows from the attestations that are left.
  const sealed = rows.reduce((sum, { weight }) => sum + weight, 0n)
  const { spec, updates } = posted.parts
  const available = rows.map((row, k) => {
    const held = holdingWeight(
      rows.map(({ weight, held: bits }) => ({ weight, held: bits })),
      k,
    )
    const update = isAvailable(held, sealed, spec) && row.updateRoot ? (updates.get(row.updateRoot) ?? null) : null
    return { ...row, update }
  })
  posted.parts = { ...replay(posted.parts, available, spec, operatorOf(posted.known)) }
  learn(posted, { attestations: await attest(posted.parts, undefined, posted.keyOf) })
  sealShort(posted)
}

/** A mutated copy, or undefined where the mutation has nothing to change. */
export async function mutate(
  round: SignedRound,
  name: string,
  random: Random,
  lies: Readonly<Record<string, Mutation>> = MUTATIONS,
): Promise<Posted | undefined> {
  const { honest } = round
  const posted: Posted = {
    parts: {
      ...honest,
      rows: [...honest.rows],
      gram: honest.gram.map((levels) => levels.map((sums) => [...sums])),
      trace: honest.trace.map((leaf) => ({ ...leaf, words: [...leaf.words] })),
      transition: honest.transition.map((words) => [...words]),
      model: [...honest.model],
      reference: honest.reference && [...honest.reference],
    },
    known: round.known,
    rows: round.rows,
    keyOf: round.keyOf,
  }
  if (!(await lies[name]!(posted, random))) return undefined
  const resealed = posted.known.facts.seal.digest !== round.known.facts.seal.digest
  return resealed || !isDeepStrictEqual(posted.parts, honest) ? posted : undefined
}

/** The operator sealed just the rows of its claim. */
function sealShort(posted: Posted): void {
  const { known, parts } = posted
  const seal = { ...known.facts.seal, digest: commitmentsHash(parts.rows), count: parts.rows.length }
  posted.known = { ...known, facts: { ...known.facts, seal } }
}

/** The parts that the false claim shows. */
function learn(posted: Posted, statements: Partial<RoundStatements>): void {
  posted.known = { ...posted.known, statements: { ...posted.known.statements, ...statements } }
}

function changeSum(parts: ClaimParts, random: Random, level: number): boolean {
  if (parts.trace[0]?.kind !== TraceKind.stakes) return false
  const levels = parts.gram[random(parts.gram.length)]
  const sums = levels?.[level]
  if (!sums || (level > 0 && levels.length < 2)) return false
  const i = random(sums.length)
  sums[i] = sums[i]! + (random(2) === 0 ? 1 : -1000)
  return true
}
