import { NO_STATEMENTS, sealParts, statementsOfRecord } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { claimHash, fileHash, fromHex, viaSignature } from '../../../src/protocol/index.ts'
import type { Claim, Hash, RoundRecord } from '../../../src/protocol/index.ts'
import type { ComputedClaim } from '../../../src/replay/index.ts'
import { mutate, MUTATIONS } from '../../support/judge/mutations.ts'
import type { Random, RandomRow } from '../../support/judge/random-round.ts'
import { TASK } from '../task.ts'

/** Lies about the seal sign statements with keys of other tests; the game lies about its seals itself. */
const OTHER_KEYS = ['consistent: an omission', 'consistent: a forced omission', 'consistent: too little sealed']

/** The ways in which a claim can differ from the true one, by name. */
export const LIES: readonly string[] = Object.keys(MUTATIONS).filter(
  (name) => !OTHER_KEYS.includes(name) && !name.includes('sealed twice'),
)

export interface Lie {
  claim: Claim
  claimHash: Hash
  parts: ClaimParts
  record: RoundRecord
}

/** The claim with one lie in it, as its operator would post and serve it; undefined where the round has nothing to lie about in that way. */
export async function lieIn(
  computed: Pick<ComputedClaim, 'parts' | 'claimHash'>,
  record: RoundRecord,
  name: string,
  random: Random,
): Promise<Lie | undefined> {
  const { parts } = computed
  const attested = new Map(record.attestations.map(({ member, held }) => [member, held]))
  const rows = parts.rows.map(({ member, slot, weight, updateRoot }, i): RandomRow => {
    const root = record.rows[i]?.reveal?.updateRoot ?? null
    const update = parts.updates.get(updateRoot) ?? null
    const held = attested.get(member)
    return { member, slot, weight, updateRoot: root, update, ...(held !== undefined && { held }) }
  })
  const known = {
    facts: { seal: record.seal, forced: new Map() },
    statements: { ...NO_STATEMENTS, ...statementsOfRecord(record) },
  }
  const round = { honest: parts, known, rows, genesis: parts.parent.claim }
  let posted
  try {
    posted = await mutate(round as never, name, random)
  } catch {
    return undefined
  }
  if (!posted) return undefined
  const claim = sealParts(posted.parts)
  const hash = claimHash(TASK, parts.round, claim)
  if (hash === computed.claimHash) return undefined
  return { claim, claimHash: hash, parts: posted.parts, record: withSignatures(record, posted.parts, posted.known.statements) }
}

/** The record that shows the signatures whose hashes the false rows have. */
function withSignatures(
  record: RoundRecord,
  { rows }: Pick<ClaimParts, 'rows'>,
  { commitments, attestations }: Pick<typeof NO_STATEMENTS, 'commitments' | 'attestations'>,
): RoundRecord {
  const hashOf = (signature: `0x${string}`): Hash => fileHash(fromHex(signature))
  return {
    ...record,
    rows: record.rows.map((row, i) => {
      const shown = commitments.find(
        ({ member, signature }) => member === row.member && hashOf(signature) === rows[i]?.signatureHash,
      )
      return shown && row.source.via === 'signature' ? { ...row, source: viaSignature(shown.signature) } : row
    }),
    attestations: record.attestations.map((one) => {
      const row = rows.find(({ member }) => member === one.member)
      const shown = attestations.find(
        ({ member, signature }) => member === one.member && hashOf(signature) === row?.attestationHash,
      )
      return shown ? { ...one, signature: shown.signature } : one
    }),
  }
}
