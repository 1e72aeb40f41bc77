import { readRound, standingClaims } from '../../../src/chain/index.ts'
import { lowerHex } from '../../../src/protocol/index.ts'
import type { World } from '../world.ts'
import type { Checker, Violation } from './checker.ts'

/** Who lies in every claim: their claims are false. */
function liars({ consortium }: World): Map<string, string> {
  return new Map(
    [...consortium.parties.values()].filter((party) => !party.honest).map(({ owner, program }) => [owner, program.name]),
  )
}

/** No false claim is final, none stands in the end, and no claim of an honest operator is rejected unless it was built on one. */
export function claims(): Checker {
  const rule = 'claims'
  return {
    rule,
    async look(world) {
      const { chain, contracts, task } = world.consortium.founded
      const violations: Violation[] = []
      const known = liars(world)
      for (const event of standingClaims(world.history.events)) {
        const name = known.get(lowerHex(event.operator))
        if (!name) continue
        // Of the claim, and not of its round: the outcome of a round is final, too, when its claim was rejected a moment ago.
        const { status, claimHash } = await readRound(chain, { ledger: contracts.ledger, task, round: event.round })
        if (status === 'final' && claimHash === event.claimHash)
          violations.push({ rule, key: event.claimHash, text: `the false claim of ${name} in round ${event.round} is final` })
      }
      for (const event of world.history.of('rejected'))
        if (!known.has(lowerHex(event.operator)))
          violations.push({
            rule,
            key: event.claimHash,
            text: `the claim of an honest operator in round ${event.round} was rejected`,
          })
      return violations
    },
    end(world) {
      return falseClaims(world).map(({ round, claimHash, name }) => ({
        rule,
        key: claimHash,
        text: `the false claim of ${name} in round ${round} stands in the end`,
      }))
    },
  }
}

/** False claims that nobody has proved false yet. */
export function falseClaims(world: World): { round: bigint; claimHash: string; name: string }[] {
  const known = liars(world)
  return standingClaims(world.history.events).flatMap(({ round, claimHash, operator }) => {
    const name = known.get(lowerHex(operator))
    return name ? [{ round, claimHash, name }] : []
  })
}
