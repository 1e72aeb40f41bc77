import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { standingClaims } from '../../src/chain/index.ts'
import { honest } from './world.ts'
import type { World } from './world.ts'

/**
 * Whether a program is the last of the honest ones that has the evidence of all claims that stand. What everybody has lost is gone for good: no rounds can follow a claim
 * whose model nobody has, and no rules bring it back. A consortium keeps at least one whole copy (docs/operations.md).
 */
export function isLastCopy(world: World, name: string): boolean {
  const { task } = world.consortium.founded
  const rounds = standingClaims(world.history.events).map(({ round }) => round)
  const hasAll = (dataFolder: string): boolean =>
    rounds.every((round) => existsSync(join(dataFolder, 'evidence', String(task), String(round), 'manifest.json')))
  return !honest(world).some(({ program }) => program.name !== name && hasAll(program.dataFolder))
}
