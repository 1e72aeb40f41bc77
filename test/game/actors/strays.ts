import { commitmentOf, signStatement, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, Hash, Hex, RoundState } from '../../../src/protocol/index.ts'
import { accountOf, MEMBERS, OPERATORS } from '../cast.ts'
import type { Call } from '../chain/evm.ts'
import { TASK } from '../task.ts'
import type { World } from '../world.ts'
import { signingKey } from './signing-key.ts'

/** Calls of the ledger that are allowed at some times, or never. */
export const STRAYS = [
  'force all',
  'force own again',
  'forged force',
  'seal',
  'post',
  'fail',
  'late fail',
  'take',
  'open',
  'void',
  'finalize',
] as const
export type Stray = (typeof STRAYS)[number]

const JUNK: Hash = `0x${'5a'.repeat(32)}`
const BYZANTINE = MEMBERS.filter(({ honest }) => !honest)
const OWN_OPERATOR = OPERATORS.find(({ honest }) => !honest)!

export async function straysAt(world: World, kind: Stray): Promise<Call[]> {
  const { chain, byzantine } = world
  const { current } = chain
  const { round, openedAt, digest } = current
  const from = byzantine.keyOf(OWN_OPERATOR.name)
  const one = (name: string, args: readonly unknown[]): Call[] => [byzantine.ledgerCall(from, name, args)]
  switch (kind) {
    case 'force all': {
      // What it heard by gossip: no member is hurt by having its commitment on chain.
      const known = [...(byzantine.state?.commitments ?? [])].flatMap(([member, { commitment, source }]) =>
        source.via === 'signature' ? [{ member, commitment, signature: source.signature }] : [],
      )
      return known.length === 0 ? [] : one('forceCommit', forceArgs(round, known))
    }
    case 'force own again': {
      const member = BYZANTINE[byzantine.pick(BYZANTINE.length)]!
      const key = byzantine.keyOf(member.name)
      const commitment = commitmentOf(TASK, round, member.owner, JUNK, ZERO_HASH)
      const body = { task: TASK, round, member: member.owner, commitment }
      const signature = await signStatement(chain.domain, 'Commitment', body, signingKey(accountOf(key)))
      return one('forceCommit', forceArgs(round, [{ member: member.owner, commitment, signature }]))
    }
    case 'forged force':
      return one(
        'forceCommit',
        forceArgs(round, [{ member: MEMBERS[0]!.owner, commitment: JUNK, signature: `0x${'11'.repeat(64)}1b` }]),
      )
    case 'seal':
      return one('seal', [TASK, round, openedAt, JUNK, MEMBERS.length, current.forcedHash])
    case 'post': {
      const last = chain.history.claims().at(-1)?.claim
      return last ? one('post', [TASK, round, openedAt, digest, { ...last, parent: current.parent }]) : []
    }
    case 'fail':
      return one('fail', [TASK, round])
    case 'late fail':
      return one('fail', [TASK, round - 1n])
    case 'take':
      return one('takeSeat', [TASK])
    case 'open':
      return one('open', [TASK])
    case 'void':
    case 'finalize':
      return votes(world, kind, one)
  }
}

function forceArgs(round: bigint, rows: readonly { member: Address; commitment: Hash; signature: Hex }[]): unknown[] {
  return [
    TASK,
    round,
    rows.map(({ member }) => member),
    rows.map(({ commitment }) => commitment),
    rows.map(({ signature }) => signature),
  ]
}

/** The Byzantine votes, with the agreements of honest members where they agree. */
async function votes(
  { chain, byzantine, nodes, claims }: World,
  kind: 'void' | 'finalize',
  one: (name: string, args: readonly unknown[]) => Call[],
): Promise<Call[]> {
  const open = chain.current.state !== 0 && kind === 'void'
  const last = chain.history.claims().at(-1)
  if (!open && !last) return []
  const [round, claim] = open ? [chain.current.round, ZERO_HASH] : [last!.round, last!.claimHash]
  const { members } = await chain.snapshot((open ? chain.current.openedAt : chain.history.openedAt(round)!) - 1)
  const signed: { member: Address; signature: Hex }[] = []
  for (const { member, operatorKey } of members) {
    const own = BYZANTINE.some(({ owner }) => owner === member)
    const state = nodes.find(({ person }) => person.owner === member)?.rounds.state(round)
    if (!own && (kind === 'void' || !agrees(state, claim, claims.servedOf(claim)?.record?.rows))) continue
    const signature = await signStatement(
      chain.domain,
      kind === 'void' ? 'Void' : 'Agreement',
      { task: TASK, round, claim },
      signingKey(accountOf(operatorKey)),
    )
    signed.push({ member, signature })
  }
  signed.sort((a, b) => (BigInt(a.member) < BigInt(b.member) ? -1 : 1))
  const args = [TASK, round, claim, signed.map(({ member }) => member), signed.map(({ signature }) => signature)]
  return byzantine.pick(8) === 7 ? [] : one(kind === 'void' ? 'voidWithQuorum' : 'finalizeWithQuorum', args)
}

/** Whether a node would agree to a claim: its replay matches, and no receipt that the node knows is left out. */
function agrees(state: RoundState | undefined, claim: Hash, rows: readonly { member: Address }[] = []): boolean {
  const { replay, receipts = new Map<Address, unknown>() } = state ?? {}
  const complete = [...receipts.keys()].every((member) => rows.some((row) => row.member === member))
  return replay?.claimHash === claim && replay.match && complete
}

/** The open round, voided by all honest members. */
export async function vetoAt({ chain, byzantine }: World): Promise<Call[]> {
  const { round, openedAt, state } = chain.current
  if (state === 0) return []
  const { members } = await chain.snapshot(openedAt - 1)
  const honest = members.filter(({ member }) => !BYZANTINE.some(({ owner }) => owner === member))
  const signed = await Promise.all(
    honest.map(async ({ member, operatorKey }) => ({
      member,
      signature: await signStatement(
        chain.domain,
        'Void',
        { task: TASK, round, claim: ZERO_HASH },
        signingKey(accountOf(operatorKey)),
      ),
    })),
  )
  signed.sort((a, b) => (BigInt(a.member) < BigInt(b.member) ? -1 : 1))
  const args = [TASK, round, ZERO_HASH, signed.map(({ member }) => member), signed.map(({ signature }) => signature)]
  return [byzantine.ledgerCall(byzantine.keyOf(OWN_OPERATOR.name), 'voidWithQuorum', args)]
}
