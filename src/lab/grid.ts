import { canonicalJson } from '../protocol/index.ts'
import type { TaskDocument } from '../training/index.ts'
import type { LabPrivacy } from './privacy/noise/index.ts'

/** One run: everything that changes from run to run. Attack and rule are names, or `NAME@HASH` of a module loaded from a file. */
export interface Cell {
  dataset: string
  partition: string
  members: number
  /** How many of the members attack. */
  byzantine: number
  attack: string
  rule: string
  /** The circumstance of the first `odd` members; `none` for nothing. */
  circumstance: string
  seed: number
}

/** Everything that all runs of a grid share. */
export interface LabSettings {
  model: string
  /** What members train with: the lab's own learner, or tfjs if left out, as members of a task do. */
  learner?: 'quick'
  rounds: number
  /** Most samples a member trains on in a round. */
  samples: number
  /** What members do otherwise than the default task of the model says. */
  local: Partial<Omit<TaskDocument['local'], 'samples'>>
  /** Instead of that of the default task. */
  updateExponent?: number
  /** `float32` leaves quantisation out, for comparison: only without attackers and with rules that look at G alone. */
  precision: 'int8' | 'float32'
  /** Rounds from one measurement of the accuracy to the next; the last round is always measured. */
  evaluateEvery: number
  /** Rounds from one line search of an attack to the next; its outcome serves in between. */
  searchEvery: number
  /** Samples that the model is tested on. */
  testSamples: number
  /** Samples of the public root set, for rules that need one; never among those tested on. */
  rootSamples: number
  /** Weiszfeld steps, bounds and thresholds of rules that ask for them. */
  iterations: number
  capQ16: number
  rejectBps: number
  /** Run rounds that a rule's theory does not cover, instead of recording why they are refused. */
  beyondTheory: boolean
  /** Honest members keep their updates near the length of the others', as real nodes do; absent: any length. */
  clip?: true
  /** Layers that stay with each member; absent: none. */
  personal?: readonly string[]
  /** Also train every honest member alone, for comparison; absent: no. */
  alone?: true
  /** Honest members train with differential privacy; absent: without noise. */
  privacy?: LabPrivacy
  /** Members of a bucket of secure aggregation, whose sum alone is seen; absent: everybody sees every row. */
  bucket?: number
  /** A round carries one segment of this many, the same for all members; absent: all segments. */
  oneSegmentOf?: number
  /** Bits of a value of an update; absent: 8. */
  bits?: 4
  /** How many honest members the circumstance of a cell sets apart. */
  odd: number
}

/** The values of each axis. `{ honest }` is a number of honest members beside the attackers. */
export type Grid = { [axis in Exclude<keyof Cell, 'members'>]: readonly Cell[axis][] } & {
  members: readonly (number | { honest: number })[]
}

/**
 * All combinations without repetition, seeds outermost, so that an interrupted grid has whole tables of the first
 * seeds. With attack `none` nobody attacks; `byzantine` then only sets the share that the rule must tolerate.
 */
export function gridCells(grid: Grid): Cell[] {
  const cells = grid.seed.flatMap((seed) =>
    grid.dataset.flatMap((dataset) =>
      grid.partition.flatMap((partition) =>
        grid.members.flatMap((members) =>
          grid.byzantine.flatMap((byzantine) =>
            grid.attack.flatMap((attack) =>
              grid.rule.flatMap((rule) =>
                grid.circumstance.map((circumstance) => ({
                  dataset,
                  partition,
                  members: typeof members === 'number' ? members : members.honest + byzantine,
                  byzantine,
                  attack,
                  rule,
                  circumstance,
                  seed,
                })),
              ),
            ),
          ),
        ),
      ),
    ),
  )
  const seen = new Set<string>()
  return cells.filter((cell) => {
    const key = canonicalJson(cell)
    return !seen.has(key) && seen.add(key)
  })
}

/** Names a run among all runs of any grid: equal keys mean equal work. */
export function cellKey(cell: Cell, settings: LabSettings): string {
  return canonicalJson({ ...cell, ...settings })
}
