import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { gridCells } from '../src/lab/index.ts'
import type { BackendChoice } from '../src/training/index.ts'
import { positiveNumber } from './chain-options.ts'
import { inlineRunner, threadRunner } from './lab/cell-runner.ts'
import { loadParts } from './lab/load-parts.ts'
import inversionCommand from './lab/inversion.ts'
import membershipCommand from './lab/membership.ts'
import noiseCommand from './lab/noise.ts'
import { labCommand, parseLabFlags } from './lab/options.ts'
import type { LabFlags } from './lab/options.ts'
import { withPreset } from './lab/presets.ts'
import { runCells } from './lab/run-cells.ts'
import type { CellsInput } from './lab/run-cells.ts'
import { runSearch } from './lab/run-search.ts'
import { cellsOfShard } from './lab/shard.ts'
import { writeReports } from './lab/write-reports.ts'

/** `quorate lab`: grids of attack × rule on the code of the real nodes. */
export default function lab(program: Command): void {
  // Options after the name of an attack on privacy are its own.
  const command = program.command('lab').enablePositionalOptions()
  inversionCommand(command)
  membershipCommand(command)
  noiseCommand(command)
  labCommand(command, positiveNumber).action(async (typed: LabFlags, action: Command) => {
    const flags = withPreset(typed, (flag) => action.getOptionValueSource(flag) === 'cli')
    const options = parseLabFlags(flags)
    const output = createOutput(flags.json)
    using interrupt = onInterrupt()
    const { signal } = interrupt

    const names = {
      datasets: options.datasets,
      ...(flags.datasetDir !== undefined && { folder: flags.datasetDir }),
      attacks: options.search ? [] : options.attacks,
      rules: options.rules,
    }
    const parts = await loadParts(names, (line) => output.story(line))
    const cells = gridCells({
      ...options.axes,
      dataset: parts.datasets,
      attack: options.search ? ['none'] : parts.attacks,
      rule: parts.rules,
    })

    await mkdir(flags.out, { recursive: true })
    const file = join(flags.out, 'results.jsonl')
    const { settings } = options
    const backend = flags.backend as BackendChoice
    await using runner =
      flags.jobs === 1 ? inlineRunner(parts.partsOf, backend, signal) : threadRunner(names, backend, flags.jobs, signal)
    const common: Omit<CellsInput, 'cells'> = { settings, file, runner, story: (line) => output.story(line) }
    if (options.search) {
      const words = process.argv.slice(2)
      const [best, ...rest] = await runSearch({ ...common, ...options.search, cells, folder: flags.out, words })
      output.result(
        { event: 'lab_search', ok: true, tried: rest.length + (best ? 1 : 0), best: best ?? null, out: flags.out },
        best
          ? `strongest of ${rest.length + 1}: ${best.value.toFixed(3)} ${best.text}: ${join(flags.out, 'search.md')}`
          : 'no data set is here: nothing was searched',
      )
      return
    }
    const run = async (): Promise<number> => runCells({ ...common, cells: cellsOfShard(cells, options.shard) })
    const report = async (): Promise<number> =>
      writeReports({ folder: flags.out, file, cells, settings, command: `quorate ${process.argv.slice(2).join(' ')}` })
    const ran = flags.reportOnly
      ? 0
      : await run().catch(async (error: unknown) => {
          // A grid can take two days. A stopped grid still writes the reports of its finished cells.
          const goesOn = signal.aborted ? '; run the same command again to continue' : ''
          output.story(`${await report()} of ${cells.length} cells finished: ${join(flags.out, 'report.html')}${goesOn}`)
          throw error
        })
    const finished = await report()
    output.result(
      { event: 'lab', ok: true, cells: cells.length, finished, ran, out: flags.out },
      `${finished} of ${cells.length} cells finished (${ran} now): ${join(flags.out, 'report.html')}`,
    )
  })
}
