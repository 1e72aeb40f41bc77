import { plural } from '../../src/core/index.ts'
import { createLogUpdate } from 'log-update'
import type { Output } from '../../src/console/index.ts'
import { qualityText } from './progress.ts'
import type { Progress } from './progress.ts'
import { drawTable } from './table.ts'
import { nameOf, phaseText, refusalText, wrap } from './words.ts'

/** Shows a demo on stderr: a live table on a terminal, a line for each phase and round elsewhere. */
export class LiveView {
  readonly #output: Output
  readonly #live = process.stderr.isTTY ? createLogUpdate(process.stderr) : undefined
  #progress: Progress | undefined
  /** Claims already reported. */
  readonly #told = new Set<string>()
  #phase = ''
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
    for (const note of progress.notes.slice(this.#notes)) this.#output.story(wrap(`! ${note}`))
    this.#notes = progress.notes.length
    this.#tellPhase(progress)
    for (const { round, claimHash } of progress.standing) {
      const number = Number(round)
      if (!progress.accuracy.has(number)) return
      if (this.#told.has(claimHash)) continue
      this.#told.add(claimHash)
      this.#output.story(wrap(roundText(progress, number)))
    }
  }

  close(): void {
    if (this.#live && this.#progress) {
      this.#draw()
      this.#live.done()
    }
    this.#progress = undefined
  }

  #tellPhase({ round, rounds, phase, counts, members }: Progress): void {
    const name = `${round} ${phase}`
    if (phase === '' || round > rounds || name === this.#phase) return
    this.#phase = name
    this.#output.story(`· round ${round}: ${phaseText(phase, counts, members.length)}`)
  }

  #draw(): void {
    this.#drawn = performance.now()
    this.#live!(drawTable(this.#progress!))
  }
}

/** The outcome of a round: accuracy, and whose updates were refused and why. */
function roundText(progress: Progress, round: number): string {
  const { members, rows, quality, quarantined } = progress
  const updates = rows.get(round) ?? []
  const refused = updates
    .filter(({ weight }) => weight === 0)
    .map((row) => {
      const member = members.find(({ owner }) => owner === row.member)
      return `${member ? nameOf(member) : row.member} ${refusalText(row, quarantined[row.member])}`
    })
  const accuracy = ((progress.accuracy.get(round) ?? 0) * 100).toFixed(2)
  const measured = qualityText(quality.get(round))
  const verdicts = refused.length > 0 ? refused.join('. ') : 'none refused'
  return `round ${round}: accuracy ${accuracy} % (${measured}), ${plural(updates.length, 'update')}. ${verdicts}`
}
