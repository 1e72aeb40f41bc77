import { createRandom } from '../../training/index.ts'
import { admissibleValue, tuned, tuningText, valuesOf } from '../attacks/index.ts'
import type { CoalitionAttack, Parameter, Values } from '../attacks/index.ts'
import { createEvolution } from './evolution.ts'

/** A strategy of the coalition that was tried. */
export interface Tried {
  /** `NAME:PARAMETER=VALUE:…`, as `--attack` takes it. */
  text: string
  values: Values
  value: number
}

export interface SearchInput {
  attack: CoalitionAttack
  /** How many different strategies to try; that of the attack as it is counts. */
  budget: number
  /** Decides the strategies that are drawn. */
  seed: number
  /** What each attack is worth; larger is better. The attacks of one call do not depend on each other. */
  evaluate: (attacks: readonly CoalitionAttack[]) => Promise<number[]>
  onTried?: (tried: Tried, count: number) => void
}

/** Generations without a new strategy after which the search ends: the attack has no more, or the step is below the last digit. */
const PATIENCE = 20

/**
 * Moves the parameters of an attack by evolution to make its value large. The same input tries the same strategies, so that a search whose cells are kept
 * resumes where it stopped.
 *
 * @returns every strategy that was tried, the best first
 * @example const [best] = await searchAttack({ attack: framing, budget: 40, seed: 1, evaluate })
 */
export async function searchAttack({ attack, budget, seed, evaluate, onTried }: SearchInput): Promise<Tried[]> {
  const parameters = Object.entries<Parameter>(attack.parameters)
  const known = new Map<string, Tried>()
  const tryAll = async (candidates: readonly CoalitionAttack[]): Promise<void> => {
    const fresh = [...new Map(candidates.map((one) => [tuningText(one), one])).values()]
      .filter((one) => !known.has(tuningText(one)))
      .slice(0, budget - known.size)
    const values = await evaluate(fresh)
    fresh.forEach((one, i) => {
      const tried = { text: tuningText(one), values: valuesOf(one), value: values[i]! }
      known.set(tried.text, tried)
      onTried?.(tried, known.size)
    })
  }
  await tryAll([attack])
  const start = parameters.map(([, { least, most, value }]) => (value - least) / (most - least))
  const evolution = createEvolution({ start, random: createRandom(seed, 'search', attack.name) })
  for (let idle = 0; known.size < budget && idle < PATIENCE;) {
    const before = known.size
    const candidates = evolution.ask().map((point) => at(attack, parameters, point))
    await tryAll(candidates)
    // The last generation may be cut short; a strategy that was not tried counts as worst.
    evolution.tell(candidates.map((one) => known.get(tuningText(one))?.value ?? Number.NaN))
    idle = known.size > before ? 0 : idle + 1
  }
  return [...known.values()].sort((a, b) => b.value - a.value)
}

/** The attack at a point of the unit cube. */
function at(attack: CoalitionAttack, parameters: readonly [string, Parameter][], point: readonly number[]): CoalitionAttack {
  const values = parameters.map(([name, parameter], k): [string, number] => {
    const { least, most } = parameter
    return [name, admissibleValue(parameter, least + point[k]! * (most - least))]
  })
  return tuned(attack, Object.fromEntries(values))
}
