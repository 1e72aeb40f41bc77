import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { plural, silentLogger } from '../src/core/index.ts'
import { summariseSimulation } from '../src/lab/simulation/index.ts'
import { openSimulation } from './simulate/open-simulation.ts'
import { parseSimulateFlags, simulateCommand } from './simulate/options.ts'
import type { SimulateFlags } from './simulate/options.ts'
import { RUNS } from './simulate/round-line.ts'
import { runSimulation } from './simulate/run-simulation.ts'
import { tellSimulation } from './simulate/tell-summary.ts'
import { simulationCsv } from './simulate/to-csv.ts'
import { simulationPage } from './simulate/to-html.ts'

/** `quorate simulate`: a task with all its members in this process, before anybody bonds anything. */
export default function simulateTask(program: Command): void {
  simulateCommand(program.command('simulate')).action(async (path: string, flags: SimulateFlags) => {
    const { attacks, division, compare, privacy } = parseSimulateFlags(flags)
    const output = createOutput(flags.json)
    using interrupt = onInterrupt()
    const { members: asked, data, trainer, backend, seed, testSamples, rounds, csv, html } = flags
    output.story('· training once, as a member would, to choose the exponents of updates')
    using simulated = await openSimulation(path, {
      attacks,
      division,
      members: asked,
      folder: data,
      testSamples,
      backend,
      rounds,
      seed,
      signal: interrupt.signal,
      logger: silentLogger,
      ...(trainer !== undefined && { trainer }),
      ...(privacy && { privacy }),
    })
    const { file, cast, setup } = simulated
    const { members, layout, selection } = setup
    const poisoners = members.filter(({ attack }) => attack !== undefined).length
    output.story(
      `· ${file.name}: ${layout.parameters.toLocaleString('en')} parameters, ${plural(members.length, 'member')}, ${poisoners} of them poisoners, rule ${file.rule.name}, ${cast.backend}${privacy ? `, ε = ${privacy.epsilon} over ${plural(rounds, 'round')}` : ''}`,
    )
    const simulation = await runSimulation(setup, compare, output)
    const summary = summariseSimulation(simulation, members, selection)
    const [failure] = simulation.failures
    if (!summary) throw failure!.error
    if (csv !== undefined) await writeFile(csv, simulationCsv(simulation))
    if (html !== undefined)
      await writeFile(html, simulationPage(simulation, summary, `quorate ${process.argv.slice(2).join(' ')}`))
    for (const { run, member, error } of simulation.failures)
      output.story(`! ${member === undefined ? '' : `${member} `}${RUNS[run]} ended early: ${error.message}`)
    const { length } = simulation.federated
    output.result(
      { event: 'simulated', ok: failure === undefined, rounds: length, ...summary },
      `\n${tellSimulation(summary, length)}`,
    )
    if (failure) throw failure.error
  })
}
