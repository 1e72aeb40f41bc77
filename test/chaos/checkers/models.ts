import { lowerHex } from '../../../src/protocol/index.ts'
import type { Checker, Violation } from './checker.ts'

/** Everybody computes the same from a claim; nobody honest calls an honest claim false. */
export function models(): Checker {
  const rule = 'models'
  const roots = new Map<string, { program: string; roots: string }>()
  /** Claims that somebody called false, by their hash. */
  const denied = new Map<string, { program: string; round: bigint; reason: string }>()
  return {
    rule,
    event(program, event) {
      if (event.event === 'mismatch') denied.set(event.claimHash, { program, round: event.round, reason: event.reason })
      if (event.event !== 'replayed') return []
      const mine = `${event.modelRoot} ${event.ledgerRoot}`
      const first = roots.get(event.claimHash)
      if (!first) roots.set(event.claimHash, { program, roots: mine })
      else if (first.roots !== mine)
        return [
          {
            rule,
            key: event.claimHash,
            text: `${program} and ${first.program} have different states after the claim ${event.claimHash}`,
          },
        ]
      return []
    },
    look({ history, consortium }) {
      const honestOwners = new Set([...consortium.parties.values()].filter(({ honest }) => honest).map(({ owner }) => owner))
      const violations: Violation[] = []
      for (const { claimHash, operator } of history.of('posted')) {
        const told = denied.get(claimHash)
        if (told && honestOwners.has(lowerHex(operator)))
          violations.push({
            rule,
            key: claimHash,
            text: `${told.program} calls the honest claim of round ${told.round} false: ${told.reason}`,
          })
      }
      return violations
    },
  }
}
