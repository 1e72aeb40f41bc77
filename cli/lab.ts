import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createWasmKernels } from '../src/aggregation/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import {
  appendResult,
  cellKey,
  gridCells,
  loadAttack,
  loadLabDataset,
  loadRule,
  readResults,
  renderMarkdown,
  renderReport,
  runCell,
  summarise,
} from '../src/lab/index.ts'
import type { CellResult } from '../src/lab/index.ts'
import { selectBackend } from '../src/training/index.ts'
import type { BackendChoice, Dataset } from '../src/training/index.ts'
import { positiveNumber } from './chain-options.ts'
import { loadedFlagValue } from './flag-value.ts'
import { labCommand, parseLabFlags } from './lab/options.ts'
import type { LabFlags } from './lab/options.ts'
import { withPreset } from './lab/presets.ts'
import { cellsOfShard } from './lab/shard.ts'
import { cellLine } from './lab/cell-line.ts'

/** `quorate lab`: grids of attack × rule on the code of the real nodes. */
export default function lab(program: Command): void {
  labCommand(program.command('lab'), positiveNumber).action(async (typed: LabFlags, action: Command) => {
    const flags = withPreset(typed, (flag) => action.getOptionValueSource(flag) === 'cli')
    const options = parseLabFlags(flags)
    const output = createOutput(flags.json)
    using interrupt = onInterrupt()
    const { signal } = interrupt

    const datasets = new Map<string, Dataset>()
    for (const name of options.datasets) {
      const dataset = await loadedFlagValue('--dataset', async () => loadLabDataset(name, flags.datasetDir))
      if ('skipped' in dataset) output.story(dataset.skipped)
      else datasets.set(dataset.label, dataset.value)
    }
    const attacks = await Promise.all(
      options.attacks.map(async (text) => loadedFlagValue('--attack', async () => loadAttack(text))),
    )
    const rules = await Promise.all(options.rules.map(async (text) => loadedFlagValue('--rule', async () => loadRule(text))))
    const cells = gridCells({
      ...options.axes,
      dataset: [...datasets.keys()],
      attack: attacks.map((attack) => attack?.label ?? 'none'),
      rule: rules.map(({ label }) => label),
    })

    await mkdir(flags.out, { recursive: true })
    const file = join(flags.out, 'results.jsonl')
    const earlier = await readResults(file)
    const { settings } = options
    const results: CellResult[] = []
    const backend = await selectBackend(flags.backend as BackendChoice)
    const kernels = createWasmKernels()
    const mine = cellsOfShard(cells, options.shard)
    const started = performance.now()
    let ran = 0
    for (const [index, cell] of mine.entries()) {
      const known = earlier.get(cellKey(cell, settings))
      if (known) {
        results.push(known)
        continue
      }
      const attack = attacks.find((candidate) => candidate?.label === cell.attack)?.value
      const rule = rules.find(({ label }) => label === cell.rule)!.value
      const result = await runCell(cell, settings, {
        dataset: datasets.get(cell.dataset)!,
        backend,
        kernels,
        attack,
        rule,
        signal,
      })
      await appendResult(file, result)
      results.push(result)
      ran++
      const left = ((performance.now() - started) / ran / 1000) * (mine.length - index - 1)
      output.story(`[${index + 1}/${mine.length}] ${cellLine(result)}${left > 0 ? `, about ${Math.ceil(left)} s left` : ''}`)
    }

    // Cells that other shards finished belong into the report too.
    const all = await readResults(file)
    const finished = cells.flatMap((cell) => all.get(cellKey(cell, settings)) ?? [])
    const command = `quorate ${process.argv.slice(2).join(' ')}`
    const report = {
      command,
      settings,
      finished: finished.length,
      cells: cells.length,
      tables: summarise(finished),
      results: finished,
    }
    await writeFile(join(flags.out, 'report.json'), `${JSON.stringify(report, null, 1)}\n`)
    await writeFile(join(flags.out, 'report.md'), renderMarkdown(finished))
    await writeFile(join(flags.out, 'report.html'), renderReport(finished, command))
    output.result(
      { event: 'lab', ok: true, cells: cells.length, finished: finished.length, ran, out: flags.out },
      `${finished.length} of ${cells.length} cells finished (${ran} now): ${join(flags.out, 'report.html')}`,
    )
  })
}
