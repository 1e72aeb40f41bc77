import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { loadLabDataset } from '../../src/lab/index.ts'
import { selectBackend } from '../../src/training/index.ts'
import type { Backend, BackendChoice, Dataset } from '../../src/training/index.ts'
import { loadedFlagValue } from '../flag-value.ts'
import { finishedOf, runMissing } from './run-missing.ts'

/** Options that every attack on privacy has. */
export interface PrivacyAttackFlags {
  dataset: string
  datasetDir?: string
  backend: string
  out: string
  reportOnly: boolean
  json: boolean
}

/** What a case runs with. */
export interface PrivacyAttackParts {
  dataset: Dataset
  backend: Backend
  signal: AbortSignal
  /** To be called now and then: lets an interrupt in. */
  takeTurn: () => Promise<void>
}

export interface PrivacyAttack<C, R extends { key: string }> {
  /** Of the command, the files and the event. */
  name: string
  /** What a case is called. */
  unit: string
  cases: readonly C[]
  keyOf: (one: C) => string
  run: (one: C, parts: PrivacyAttackParts) => Promise<R>
  /** About a finished case. */
  line: (result: R) => string
  /** Files of a report by their ending: json, md, svg. */
  report: (results: readonly R[]) => Promise<Record<string, string>>
}

/**
 * Runs the cases of an attack that `NAME.jsonl` does not contain, and writes the reports of all finished ones, also when the run is stopped.
 *
 * @throws QuorateError FLAG_INVALID for a data set that cannot be read; the errors of a case
 */
export async function runPrivacyAttack<C, R extends { key: string }>(
  flags: PrivacyAttackFlags,
  { name, unit, cases, keyOf, run, line, report }: PrivacyAttack<C, R>,
): Promise<void> {
  const output = createOutput(flags.json)
  using interrupt = onInterrupt()
  const { signal } = interrupt
  await mkdir(flags.out, { recursive: true })
  const work = { cases, keyOf, file: join(flags.out, `${name}.jsonl`) }
  const writeReports = async (): Promise<number> => {
    const results = await finishedOf<C, R>(work)
    for (const [ending, text] of Object.entries(await report(results)))
      await writeFile(join(flags.out, `${name}.${ending}`), text)
    return results.length
  }
  let ran = 0
  if (!flags.reportOnly) {
    const found = await loadedFlagValue('--dataset', async () => loadLabDataset(flags.dataset, flags.datasetDir))
    if ('skipped' in found) output.story(found.skipped)
    else {
      const backend = await selectBackend(flags.backend as BackendChoice)
      const takeTurn = async (): Promise<void> => new Promise((resume) => setImmediate(resume))
      const parts = { dataset: found.value, backend, signal, takeTurn }
      ran = await runMissing({
        ...work,
        run: async (one) => run(one, parts),
        line,
        story: (text) => output.story(text),
      }).catch(async (error: unknown) => {
        await writeReports()
        throw error
      })
    }
  }
  const finished = await writeReports()
  output.result(
    { event: `lab_${name}`, ok: true, cases: cases.length, finished, ran, out: flags.out },
    `${finished} of ${cases.length} ${unit} finished (${ran} now): ${join(flags.out, `${name}.svg`)}`,
  )
}
