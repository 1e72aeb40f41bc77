import type { CurrentRound, Round } from '../../../chain/index.ts'
import { forcedHashOf, lowerHex, sameAddress, ZERO_HASH } from '../../../protocol/index.ts'
import type { Address } from '../../../protocol/index.ts'
import type { ClaimHistory } from '../../../replay/index.ts'
import { isSameSeat } from './round-faults.ts'

/** A part of the history that the state of the chain shows to be wrong. */
export type HistoryFault = 'seat' | 'seed' | 'seal' | 'forced' | 'claims'

type History = Pick<ClaimHistory, 'claims' | 'seat' | 'drawn' | 'sealed' | 'forced' | 'open'>

/** What the ledger holds after a block. */
export interface LedgerState {
  current: CurrentRound
  /** Rounds with claims that were asked for; of others nothing is said. */
  posted: ReadonlyMap<
    bigint,
    Pick<Round, 'status' | 'claimHash' | 'operatorKey' | 'openedAt' | 'sealedAt' | 'digest' | 'count' | 'seed'>
  >
}

/**
 * Where a history of events differs from the state that the ledger holds after the last of them. A claim names its parent, so the hash
 * that the ledger names as the next parent speaks for every claim that stands.
 */
export function historyFaults(history: History, { current, posted }: LedgerState): HistoryFault[] {
  return [...new Set([...openFaults(history, current), ...claimFaults(history, current), ...postedFaults(history, posted)])]
}

function openFaults(history: History, current: CurrentRound): HistoryFault[] {
  const { round } = current
  if (current.state === 'empty') return history.open() === undefined ? [] : ['seat']
  const seat = history.seat(round)
  if (history.open() !== round || !seat || !isSameSeat(seat, current) || !sameAddress(seat.operator, current.operator))
    return ['seat']
  const faults: HistoryFault[] = []
  const seed = history.drawn(round)?.seed ?? ZERO_HASH
  if (seed !== current.seed) faults.push('seed')
  const sealed = history.sealed(round)
  if (current.state === 'sealed' ? !sealed || !isSameSeal(sealed, current) : sealed !== undefined) faults.push('seal')
  const forced = [...history.forced(round)].map(([member, commitment]) => ({ member: member as Address, commitment }))
  if (forcedHashOf(forced, seed) !== current.forcedHash) faults.push('forced')
  return faults
}

function claimFaults(history: History, { parent }: CurrentRound): HistoryFault[] {
  const claims = history.claims()
  const linked = claims.every(({ claim }, i) => i === 0 || sameHash(claim.parent, claims[i - 1]!.claimHash))
  const newest = claims.at(-1)
  if (!linked || (newest && !sameHash(newest.claimHash, parent))) return ['claims']
  return claims.every(({ round }) => history.seat(round) && history.sealed(round)) ? [] : ['claims']
}

function postedFaults(history: History, posted: LedgerState['posted']): HistoryFault[] {
  const faults: HistoryFault[] = []
  for (const [round, entry] of posted) {
    // The ring has no place for it any more: it was final.
    if (entry.status === 'pruned') continue
    const claim = history.claims().find((one) => one.round === round)
    if (!claim || !sameHash(claim.claimHash, entry.claimHash)) faults.push('claims')
    const [seat, sealed] = [history.seat(round), history.sealed(round)]
    if (!seat || !isSameSeat(seat, entry)) faults.push('seat')
    if (!sealed || !isSameSeal(sealed, entry)) faults.push('seal')
    if ((history.drawn(round)?.seed ?? ZERO_HASH) !== entry.seed) faults.push('seed')
  }
  return faults
}

type Seal = Pick<Round, 'digest' | 'count' | 'sealedAt'>

function isSameSeal(one: Seal, other: Seal): boolean {
  return one.digest === other.digest && one.count === other.count && one.sealedAt === other.sealedAt
}

function sameHash(one: string, other: string): boolean {
  return lowerHex(one as Address) === lowerHex(other as Address)
}
