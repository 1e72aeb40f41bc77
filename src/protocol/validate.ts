import type { ErrorCode } from '../core/error-codes.ts'
import { lowerHex, sameAddress } from './bytes.ts'
import { commitmentOf, commitmentsHash } from './commitment.ts'
import { authorOf } from './messages.ts'
import type { Message } from './messages.ts'
import type { RoundState } from './round/state.ts'
import { deadlines, mayPost } from './round/phase.ts'
import { verifyStatement } from './statements.ts'
import type { SigningDomain } from './statements.ts'
import type { Address, SnapshotMember } from './types.ts'

/** accept: pass it on. ignore: useless but innocent (late, repeated). reject: no honest node sends this. */
export type Validation = { verdict: 'accept' } | { verdict: 'ignore' | 'reject'; code: ErrorCode; reason: string }

export interface ValidationContext {
  domain: SigningDomain
  task: bigint
  /** The round this node knows by that number, if any. */
  roundState(round: bigint): RoundState | undefined
  /** The newest round this node knows; 0 before the first. */
  latestRound(): bigint
  /** Key of a bonded operator, by owner address: who may seal a round that its holder lost. */
  operatorKey?(operator: Address): Address | undefined
}

const ACCEPT: Validation = { verdict: 'accept' }
const ignore = (code: ErrorCode, reason: string): Validation => ({ verdict: 'ignore', code, reason })
const reject = (code: ErrorCode, reason: string): Validation => ({ verdict: 'reject', code, reason })

/**
 * Judges a message before it is passed on or changes any state: cheap checks first, the signature last.
 * Clocks differ, so early and late messages are ignored rather than held against the sender; and of two conflicting statements each honest node
 * passes on the one it saw first, so the second is ignored too and only its author is at fault.
 *
 * @example const { verdict } = await validateMessage(context, message)
 */
export async function validateMessage(context: ValidationContext, message: Message): Promise<Validation> {
  if (message.task !== context.task) return reject('MESSAGE_WRONG_TASK', `task ${message.task} instead of ${context.task}`)
  const state = context.roundState(message.round)
  if (!state) {
    // The block that opens the next round may not have reached this node yet.
    const next = message.round === context.latestRound() + 1n
    return ignore(next ? 'MESSAGE_EARLY' : 'MESSAGE_WRONG_ROUND', `round ${message.round} is not open here`)
  }
  const author = authorOf(message)
  const key = signerOf(context, state, message, author)
  if (!key) return reject('MEMBER_UNKNOWN', `${author} does not take part in round ${message.round}`)
  const early = checkPhase(state, message)
  if (early) return early
  const content = await checkContent(context, state, message)
  if (content) return content
  return (await signed(context.domain, message, key)) ? ACCEPT : reject('SIGNATURE_INVALID', `not signed by the key of ${author}`)
}

/** The key that must have signed: the member's at the snapshot, or the operator's. */
function signerOf(context: ValidationContext, state: RoundState, message: Message, author: Address): Address | undefined {
  if (message.kind === 'seal' || message.kind === 'claim') {
    return sameAddress(author, state.plan.operator) ? state.plan.operatorKey : context.operatorKey?.(author)
  }
  return findMember(state, author)?.operatorKey
}

function findMember(state: RoundState, address: Address): SnapshotMember | undefined {
  return state.plan.members.find((member) => sameAddress(member.member, address))
}

function checkPhase(state: RoundState, message: Message): Validation | undefined {
  const late = (what: string): Validation => ignore('MESSAGE_LATE', `${what} of round ${message.round} came after its phase`)
  const early = (what: string): Validation => ignore('MESSAGE_EARLY', `${what} of round ${message.round} came before its phase`)
  switch (message.kind) {
    case 'commitment':
      if (state.seal || state.posted || state.now >= deadlines(state).commit) return late('the commitment')
      return undefined
    case 'seal':
      if (state.posted) return late('the seal')
      if (mayPost(state, message.operator)) return undefined
      // A rejection that gives others their turn may not have reached this node yet; the holder's turn never comes back.
      return sameAddress(message.operator, state.plan.operator) ? late('the seal') : early('the seal')
    case 'reveal':
      if (!state.seal) return early('the reveal')
      return state.posted || state.now >= deadlines(state).attest ? late('the reveal') : undefined
    case 'attestation':
      if (!state.seal) return early('the attestation')
      return state.posted || state.now >= attestDeadline(state) ? late('the attestation') : undefined
    case 'claim':
    case 'agreement':
      return undefined
  }
}

/** An attestation is of use until the claim is posted. */
function attestDeadline(state: RoundState): number {
  const { post, takeover } = deadlines(state)
  return (state.seal?.sealedAt ?? 0) < post ? post : takeover
}

async function checkContent(context: ValidationContext, state: RoundState, message: Message): Promise<Validation | undefined> {
  // A conflict is the author's fault, not that of the relaying peer, which may have seen the other statement first.
  const again = (same: boolean): Validation =>
    same
      ? ignore('MESSAGE_REPLAYED', 'this was already said')
      : ignore('MESSAGE_CONFLICT', `${authorOf(message)} said two different things in round ${message.round}`)
  switch (message.kind) {
    case 'commitment': {
      const known = state.commitments.get(lowerHex(message.member))
      return known ? again(known.commitment === message.commitment) : undefined
    }
    case 'seal':
      return checkSeal(context.domain, state, message)
    case 'reveal': {
      const row = state.seal?.rows.find((candidate) => candidate.member === lowerHex(message.member))
      if (!row) return ignore('COMMITMENT_MISMATCH', `${message.member} reveals without a sealed commitment`)
      const opened = commitmentOf(message.task, message.round, message.member, message.updateRoot, message.salt)
      if (opened !== row.commitment) return reject('COMMITMENT_MISMATCH', 'the revealed root and salt do not open the commitment')
      return state.reveals.has(lowerHex(message.member)) ? again(true) : undefined
    }
    case 'attestation': {
      if (message.commitments !== state.seal?.commitments)
        return ignore('MESSAGE_CONFLICT', 'the attestation is about another seal')
      if (message.held >> BigInt(state.seal.rows.length) !== 0n)
        return reject('MESSAGE_MALFORMED', 'the bitmap names rows that do not exist')
      const known = state.attestations.get(lowerHex(message.member))
      return known ? again(known.held === message.held) : undefined
    }
    case 'agreement': {
      const known = state.agreements.get(lowerHex(message.member))
      return known ? again(known.claimHash === message.claimHash) : undefined
    }
    case 'claim':
      return undefined
  }
}

async function checkSeal(
  domain: SigningDomain,
  state: RoundState,
  message: Extract<Message, { kind: 'seal' }>,
): Promise<Validation | undefined> {
  if (state.seal) {
    return state.seal.commitments === commitmentsHash(message.rows)
      ? ignore('MESSAGE_REPLAYED', 'this seal is known')
      : ignore('MESSAGE_CONFLICT', 'the operator sealed the round twice')
  }
  let last = -1
  for (const row of message.rows) {
    const member = findMember(state, row.member)
    if (!member) return reject('MEMBER_UNKNOWN', `the seal names ${row.member}, which is not in the snapshot`)
    if (member.slot <= last) return reject('MESSAGE_MALFORMED', 'sealed rows are not in ascending slot order')
    last = member.slot
    // A commitment already seen by gossip is already verified; a forced one has no signature and is checked against the chain by the record.
    const known = state.commitments.get(lowerHex(row.member))
    if (row.signature === '0x' || (known?.commitment === row.commitment && known.signature === row.signature)) continue
    const body = { task: message.task, round: message.round, member: row.member, commitment: row.commitment }
    if (!(await verifyStatement(domain, 'Commitment', body, row.signature, member.operatorKey))) {
      return reject('SIGNATURE_INVALID', `the sealed commitment of ${row.member} is not signed by its key`)
    }
  }
  return undefined
}

async function signed(domain: SigningDomain, message: Message, key: Address): Promise<boolean> {
  const { task, round, signature } = message
  switch (message.kind) {
    case 'commitment':
      return verifyStatement(
        domain,
        'Commitment',
        { task, round, member: message.member, commitment: message.commitment },
        signature,
        key,
      )
    case 'seal':
      return verifyStatement(
        domain,
        'Seal',
        { task, round, commitments: commitmentsHash(message.rows), count: message.rows.length },
        signature,
        key,
      )
    case 'reveal':
      return verifyStatement(
        domain,
        'Reveal',
        { task, round, member: message.member, updateRoot: message.updateRoot, salt: message.salt },
        signature,
        key,
      )
    case 'attestation':
      return verifyStatement(
        domain,
        'Attestation',
        { task, round, member: message.member, commitments: message.commitments, held: message.held },
        signature,
        key,
      )
    case 'claim':
    case 'agreement':
      return verifyStatement(domain, 'Agreement', { task, round, claim: message.claimHash }, signature, key)
  }
}
