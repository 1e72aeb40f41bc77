import { appendLine, readLines } from '../../src/lab/privacy/index.ts'

export interface MissingInput<C, R extends { key: string }> {
  cases: readonly C[]
  keyOf: (one: C) => string
  /** Finished cases, one a line. */
  file: string
  run: (one: C) => Promise<R>
  /** About a finished case. */
  line: (result: R) => string
  story: (line: string) => void
}

/**
 * Runs the cases that the file does not contain, and appends each.
 *
 * @returns the number of cases that ran
 * @throws the errors of `run`; finished cases stay in the file
 */
export async function runMissing<C, R extends { key: string }>(input: MissingInput<C, R>): Promise<number> {
  const { cases, keyOf, file, run, line, story } = input
  const earlier = await readLines<R>(file)
  const missing = cases.filter((one) => !earlier.has(keyOf(one)))
  const started = performance.now()
  for (const [index, one] of missing.entries()) {
    const result = await run(one)
    await appendLine(file, result)
    const left = Math.ceil(((performance.now() - started) / (index + 1) / 1000) * (missing.length - index - 1))
    const number = cases.length - missing.length + index + 1
    story(`[${number}/${cases.length}] ${line(result)}${left > 0 ? `, about ${left} s left` : ''}`)
  }
  return missing.length
}

/** Results of these cases, in their order; those that did not run are left out. */
export async function finishedOf<C, R extends { key: string }>({
  cases,
  keyOf,
  file,
}: Pick<MissingInput<C, R>, 'cases' | 'keyOf' | 'file'>): Promise<R[]> {
  const all = await readLines<R>(file)
  return cases.flatMap((one) => all.get(keyOf(one)) ?? [])
}
