import { labAttackByName, loadAttack, loadLabDataset, loadRule } from '../../src/lab/index.ts'
import type { Cell, LabAttack, LabParts, Loaded } from '../../src/lab/index.ts'
import type { Dataset } from '../../src/training/index.ts'
import { loadedFlagValue } from '../flag-value.ts'

/** What a grid is made of, as typed: names or files. Every thread loads it for itself. */
export interface PartNames {
  datasets: readonly string[]
  /** Folder of the data sets. */
  folder?: string
  attacks: readonly string[]
  rules: readonly string[]
}

export interface LoadedParts {
  /** Labels as cells carry them; data sets that are not on this machine are left out. */
  datasets: string[]
  attacks: string[]
  rules: string[]
  partsOf: (cell: Cell) => Pick<LabParts, 'dataset' | 'attack' | 'rule'>
}

/**
 * Loads data sets, attacks and rules.
 *
 * @param onSkipped called with a line about a data set that is not on this machine
 * @throws QuorateError FLAG_INVALID naming the flag
 */
export async function loadParts(
  { datasets, folder, attacks, rules }: PartNames,
  onSkipped: (line: string) => void,
): Promise<LoadedParts> {
  const found = new Map<string, Dataset>()
  for (const name of datasets) {
    const dataset = await loadedFlagValue('--dataset', async () => loadLabDataset(name, folder))
    if ('skipped' in dataset) onSkipped(dataset.skipped)
    else found.set(dataset.label, dataset.value)
  }
  const loaded = await Promise.all(attacks.map(async (text) => loadedFlagValue('--attack', async () => loadAttack(text))))
  const loadedRules = await Promise.all(rules.map(async (text) => loadedFlagValue('--rule', async () => loadRule(text))))
  return {
    datasets: [...found.keys()],
    attacks: loaded.map((attack) => attack?.label ?? 'none'),
    rules: loadedRules.map(({ label }) => label),
    partsOf: (cell) => ({
      dataset: found.get(cell.dataset)!,
      attack: attackOf(cell.attack, loaded),
      rule: loadedRules.find(({ label }) => label === cell.rule)!.value,
    }),
  }
}

/** The strategies of a search are not among what was typed. */
function attackOf(label: string, loaded: readonly (Loaded<LabAttack> | undefined)[]): LabAttack | undefined {
  if (label === 'none') return undefined
  return loaded.find((attack) => attack?.label === label)?.value ?? labAttackByName(label)
}
