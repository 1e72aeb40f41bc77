import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cellKey, OBJECTIVES, readResults, searchAttack, tuningText } from '../../src/lab/index.ts'
import type { Cell, CellResult, Tried } from '../../src/lab/index.ts'
import { runCells } from './run-cells.ts'
import type { CellsInput } from './run-cells.ts'
import type { SearchOptions } from './search-options.ts'
import { searchReport } from './search-report.ts'

export interface SearchInput extends Omit<CellsInput, 'cells'>, SearchOptions {
  /** The same cell for every seed; its attack is replaced. */
  cells: readonly Cell[]
  /** Where the report goes. */
  folder: string
  /** Words of the command line after `quorate`. */
  words: readonly string[]
}

/**
 * Searches the parameters of an attack. Every strategy is a cell for each seed, kept in the same file as those of a grid, so that the same command resumes.
 * Writes search.json and search.md.
 *
 * @returns the strategies, the strongest first
 */
export async function runSearch(input: SearchInput): Promise<Tried[]> {
  const { attack, budget, objective, cells, settings, file, story } = input
  // Without the data set there is nothing to search.
  const [first] = cells
  if (!first) return []
  const { of, description } = OBJECTIVES[objective]
  const resultsOf = async (names: readonly string[]): Promise<CellResult[][]> => {
    const wanted = names.map((name) => cells.map((cell) => ({ ...cell, attack: name })))
    await runCells({ ...input, cells: wanted.flat() })
    const all = await readResults(file)
    return wanted.map((row) => row.map((cell) => all.get(cellKey(cell, settings))!))
  }
  const [quiet = []] = await resultsOf(['none'])
  const tried = await searchAttack({
    attack,
    budget,
    seed: first.seed,
    async evaluate(attacks) {
      const found = await resultsOf(attacks.map(tuningText))
      return found.map((results) => results.reduce((sum, result, i) => sum + of(result, quiet[i]!), 0) / results.length)
    },
    onTried: ({ text, value }, count) => story(`${count} of ${budget}: ${value.toFixed(3)} ${text}`),
  })
  const report = searchReport({
    tried,
    start: tuningText(attack),
    objective: description,
    seeds: cells.length,
    words: input.words,
  })
  await writeFile(join(input.folder, 'search.json'), `${JSON.stringify({ objective, settings, tried }, null, 1)}\n`)
  await writeFile(join(input.folder, 'search.md'), report)
  return tried
}
