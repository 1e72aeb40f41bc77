import { assertSafe } from '../../src/aggregation/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { SimulationSetup } from '../../src/lab/simulation/index.ts'
import { genesisFromBytes } from '../../src/protocol/index.ts'
import { layoutOf, parseTaskDocument } from '../../src/training/index.ts'
import { planTask, readTaskFile, withLine } from '../../coordinator/task-file/index.ts'
import type { TaskFile, TaskPlan } from '../../coordinator/task-file/index.ts'
import { Casting } from './cast.ts'
import type { Cast, CastOptions } from './cast.ts'

/** Amounts of a file are in whole tokens; no contract says otherwise here. */
const UNIT: TokenUnit = { symbol: 'tokens', decimals: 18 }

export interface OpenSimulation extends Disposable {
  file: TaskFile
  /** What the task would publish. */
  files: TaskPlan['files']
  cast: Cast
  setup: SimulationSetup
}

/**
 * Reads a task file, chooses its exponents by a trial of the first member, and makes every member. Dispose of it.
 *
 * @throws QuorateError CONFIG_INVALID, FLAG_INVALID, RULE_UNSAFE, those of the data and of the trial
 */
export async function openSimulation(path: string, options: CastOptions): Promise<OpenSimulation> {
  const { rounds, seed, signal } = options
  const file = await readTaskFile(path)
  const casting = new Casting(options)
  const { files } = await withLine(path, planTask(file, { unit: UNIT, learner: casting.trial, ...(signal && { signal }) }))
  const { spec } = files
  const document = parseTaskDocument(files.documentJson)
  const cast = await casting.cast(document, spec)
  const { members, evaluate, records } = cast
  try {
    assertSafe(
      members.map(() => 1n),
      spec.rule,
    )
    const setup: SimulationSetup = {
      spec,
      layout: layoutOf(document, spec.tensors),
      memberMomentum: document.local.memberMomentum ?? 0,
      genesis: genesisFromBytes(spec, files.genesis),
      members,
      evaluate,
      ...(document.personal && { own: { records } }),
      rounds,
      selection: document.evaluation!,
      seed,
      ...(signal && { signal }),
    }
    return { file, files, cast, setup, [Symbol.dispose]: () => cast[Symbol.dispose]() }
  } catch (error) {
    cast[Symbol.dispose]()
    throw error
  }
}
