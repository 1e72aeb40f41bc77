import { readAccount } from '../../../src/chain/index.ts'
import { lowerHex } from '../../../src/protocol/index.ts'
import { honest } from '../world.ts'
import type { Checker, Violation } from './checker.ts'

/** No honest account ever loses a wei of its stake. Gas and the bonds of requests to the court are no stake. */
export function stakes(): Checker {
  const rule = 'stake'
  const first = new Map<string, bigint>()
  return {
    rule,
    async look(world) {
      const { chain, contracts, task } = world.consortium.founded
      const violations: Violation[] = []
      for (const { owner, program } of honest(world)) {
        const { bonded } = await readAccount(chain, { vault: contracts.vault, task, owner })
        const before = first.get(owner) ?? bonded
        first.set(owner, before)
        if (bonded < before)
          violations.push({ rule, key: owner, text: `${program.name} lost ${before - bonded} wei of its stake` })
      }
      // A penalty that a reorganisation takes back was a penalty all the same.
      const owners = new Map(honest(world).map(({ owner, program }) => [owner, program.name]))
      for (const event of world.history.of('slashed')) {
        const name = owners.get(lowerHex(event.owner))
        if (name)
          violations.push({
            rule,
            key: event.owner.toLowerCase(),
            text: `${name} was slashed by ${event.taken} wei in block ${event.blockNumber}`,
          })
      }
      return violations
    },
  }
}
