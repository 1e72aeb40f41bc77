import { join } from 'node:path'
import { auditTask } from '../../../src/replay/index.ts'
import { isQuorateError } from '../../../src/core/index.ts'
import { honest } from '../world.ts'
import type { Checker } from './checker.ts'

/**
 * Every claim that stands and that everybody replayed is what an audit from genesis computes, from the evidence of somebody honest. The claim that is posted while the programs are
 * being stopped is not among them: nobody but its operator had the time to fetch its evidence.
 */
export function audit(onAudited: (rounds: number) => void): Checker {
  const rule = 'audit'
  return {
    rule,
    async end(world) {
      const { chain, contracts, task, fromBlock } = world.consortium.founded
      // Whole copies first: damaged ones were damaged on purpose, and what is gone is gone.
      const copies = honest(world).map(({ program }) => program)
      const whole = copies.filter(({ name }) => !world.tampered.has(name))
      const until = copies.map(({ name }) => world.newest.get(name) ?? 0n).reduce((a, b) => (a < b ? a : b))
      const failures: string[] = []
      for (const { name, dataFolder } of [...whole, ...copies.filter((copy) => !whole.includes(copy))]) {
        try {
          const audited = await auditTask({
            chain,
            contracts,
            task,
            fromBlock,
            evidence: join(dataFolder, 'evidence'),
            includePending: true,
            until,
          })
          onAudited(audited.length)
          return []
        } catch (error) {
          if (isQuorateError(error, 'AUDIT_MISMATCH') && error.details['fields'])
            return [{ rule, key: 'false', text: `by the evidence of ${name}: ${error.message}` }]
          failures.push(`${name}: ${String(error)}`)
        }
      }
      return [{ rule, key: 'missing', text: `nobody has the evidence of all rounds: ${failures.join('; ')}` }]
    },
  }
}
