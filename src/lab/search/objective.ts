import type { CellResult } from '../cell-result.ts'
import { standingOf } from '../standing.ts'

/** What a search makes as large as it can. */
export interface Objective {
  /** One line for people, with the unit. */
  description: string
  /** @param quiet the same cell without an attacker */
  of(result: CellResult, quiet: CellResult): number
}

export const OBJECTIVES = {
  damage: {
    description: 'points of accuracy that the attack costs, mean over the last third of the measurements',
    of: (result, quiet) => 100 * (settled(quiet) - settled(result)),
  },
  pay: {
    description: "the attackers' pay over an equal share",
    of: ({ attackers }) => attackers?.pay ?? 0,
  },
  frame: {
    // The bet moves in steps of one rejection. The pay tells apart strategies between two steps.
    description:
      'bits that the bet rises by against the honest member that stands worst, ten more for each quarantine, and a tenth of its lost pay',
    of: ({ verdicts, members }) =>
      Math.max(
        ...(verdicts?.honest ?? []).map((record, member) => {
          const { rise, quarantines } = standingOf(record)
          return rise + 10 * quarantines + 0.1 * (1 - (members?.[member]?.pay ?? 1))
        }),
      ),
  },
} as const satisfies Record<string, Objective>

export type ObjectiveName = keyof typeof OBJECTIVES

export function isObjective(name: string): name is ObjectiveName {
  return Object.hasOwn(OBJECTIVES, name)
}

/** One measurement is noise of a point or two. */
function settled({ accuracy }: CellResult): number {
  const last = accuracy.slice(-Math.ceil(accuracy.length / 3))
  return last.reduce((sum, value) => sum + value, 0) / Math.max(1, last.length)
}
