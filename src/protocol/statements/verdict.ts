import type { ErrorCode } from '../../core/error-codes.ts'

/** accept: pass the statement on. ignore: useless but innocent (late, repeated). reject: no honest node sends this. */
export type Validation = { verdict: 'accept' } | Objection

/** Why a statement is not accepted. */
export interface Objection {
  verdict: 'ignore' | 'reject'
  code: ErrorCode
  reason: string
}

export const ACCEPT: Validation = { verdict: 'accept' }

export function ignore(code: ErrorCode, reason: string): Objection {
  return { verdict: 'ignore', code, reason }
}

export function reject(code: ErrorCode, reason: string): Objection {
  return { verdict: 'reject', code, reason }
}

export function late({ kind, round }: { kind: string; round: bigint }): Objection {
  return ignore('MESSAGE_LATE', `the ${kind} of round ${round} came after its phase`)
}

export function early({ kind, round }: { kind: string; round: bigint }): Objection {
  return ignore('MESSAGE_EARLY', `the ${kind} of round ${round} came before its phase`)
}

/** The member has made this statement before. A conflict is the member's fault, not that of the relaying peer, which may have seen the other statement first. */
export function repeated({ member, round }: { member: string; round: bigint }, same: boolean): Objection {
  return same
    ? ignore('MESSAGE_REPLAYED', 'this statement is already known')
    : ignore('MESSAGE_CONFLICT', `${member} made two different statements in round ${round}`)
}
