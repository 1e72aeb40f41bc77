import { createLogUpdate } from 'log-update'
import type { Output } from '../../src/console/index.ts'
import { qualityText } from './progress.ts'
import type { Progress, RoundRow } from './progress.ts'
import { drawTable } from './table.ts'

/** Shows a demo on stderr: a live table on a terminal, a line a round elsewhere. */
export class LiveView {
  readonly #output: Output
  readonly #live = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined
  #progress: Progress | undefined
  /** Claims already reported. */
  readonly #told = new Set<string>()
  #notes = 0
  #drawn = 0

  constructor(output: Output) {
    this.#output = output
  }

  step(step: string): void {
    if (this.#progress) this.#progress.step = step
    if (this.#live && this.#progress) return this.#draw()
    this.#output.story(`· ${step}`)
  }

  watch(progress: Progress): void {
    this.#progress = progress
  }

  /** Draws at most five times a second. */
  changed(): void {
    const progress = this.#progress
    if (!progress) return
    if (this.#live) {
      if (performance.now() - this.#drawn >= 200) this.#draw()
      return
    }
    for (const note of progress.notes.slice(this.#notes)) this.#output.story(`! ${note}`)
    this.#notes = progress.notes.length
    for (const { round, claimHash } of progress.standing) {
      const accuracy = progress.accuracy.get(Number(round))
      if (accuracy === undefined) return
      if (this.#told.has(claimHash)) continue
      const rows = progress.rows.get(Number(round)) ?? []
      const refused = rows
        .filter((row) => row.weight === 0)
        .map((row) => `${row.member.slice(0, 10)}… ${verdictOf(row, progress)}`)
      this.#output.story(
        `round ${round}: accuracy ${(accuracy * 100).toFixed(2)} % (${qualityText(progress.quality.get(Number(round)))}), ${rows.length} updates, ${refused.length > 0 ? refused.join(', ') : 'none refused'}`,
      )
      this.#told.add(claimHash)
    }
  }

  close(): void {
    if (this.#live && this.#progress) {
      this.#draw()
      this.#live.done()
    }
    this.#progress = undefined
  }

  #draw(): void {
    this.#drawn = performance.now()
    this.#live!(drawTable(this.#progress!))
  }
}

/** A verdict, with the end of a quarantine if it is known. */
function verdictOf({ member, verdict }: RoundRow, { quarantined }: Progress): string {
  const until = verdict === 'quarantined' ? quarantined[member] : undefined
  return until === undefined ? verdict : `${verdict} until round ${until}`
}
