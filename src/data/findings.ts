import { ERRORS, QuorateError } from '../core/index.ts'
import type { ErrorCode } from '../core/index.ts'

/** One kind of trouble in one place of the data, with how often it was met. */
export interface Finding {
  /** `error`: nobody may train on the data. `skipped`: these records were left out. `note`: nothing was changed. */
  severity: 'error' | 'skipped' | 'note'
  code: ErrorCode
  /** What is wrong with which column, label or file. */
  problem: string
  count: number
  /** The first records or files, by name. */
  places: string[]
  /** What to do. */
  advice: string
}

/** What a reader reports: the advice defaults to that of the code. */
export interface Problem {
  code: ErrorCode
  problem: string
  advice?: string
}

const PLACES = 5
/** Kinds that are told apart. A column of a million unknown categories would fill the memory otherwise. */
const KINDS = 200

/**
 * Collects what is wrong with a data set. Equal problems are one finding with a count, so the memory is bounded however bad the data is.
 * A report gives undefined, so that a reader can return it in place of a value.
 */
export class Findings {
  readonly #kinds = new Map<string, Finding>()

  /** Data that must not reach training. */
  error(problem: Problem, place?: string | (() => string)): undefined {
    this.#add('error', problem, place)
  }

  /** A record that is left out. */
  skip(problem: Problem, place?: string | (() => string)): undefined {
    this.#add('skipped', problem, place)
  }

  note(problem: Problem, place?: string | (() => string)): void {
    this.#add('note', problem, place)
  }

  #add(severity: Finding['severity'], { code, problem, advice }: Problem, place?: string | (() => string)): void {
    let key = `${severity} ${code} ${problem}`
    if (!this.#kinds.has(key) && this.#kinds.size >= KINDS) key = `${severity} ${code}`
    let finding = this.#kinds.get(key)
    if (!finding) {
      const text = key.endsWith(problem) ? problem : 'more of the kinds above'
      finding = { severity, code, problem: text, count: 0, places: [], advice: advice ?? ERRORS[code].advice }
      this.#kinds.set(key, finding)
    }
    finding.count++
    if (place !== undefined && finding.places.length < PLACES) finding.places.push(typeof place === 'string' ? place : place())
  }

  /** Errors first, then what was left out, then notes; within each in the order of the data. */
  list(): Finding[] {
    const rank = { error: 0, skipped: 1, note: 2 }
    return [...this.#kinds.values()].sort((a, b) => rank[a.severity] - rank[b.severity])
  }

  /** @throws the first error, with all findings as its details */
  throwErrors(): void {
    const findings = this.list()
    const errors = findings.filter(({ severity }) => severity === 'error')
    if (errors.length === 0) return
    const [{ code, problem, places, count, advice }] = errors as [Finding]
    // The advice of the code is added wherever an error is shown.
    const more = advice === ERRORS[code].advice ? '' : `. ${advice.replace(/\.$/, '')}`
    const where = places.length === 0 ? '' : ` (${places[0]}${count > 1 ? ` and ${count - 1} more` : ''})`
    const others = errors.length > 1 ? `; ${errors.length - 1} more kinds of errors, which \`quorate data check\` lists` : ''
    throw new QuorateError(code, `${problem}${where}${others}${more}`, { details: { findings } })
  }
}
