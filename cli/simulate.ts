import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { assertSafe } from '../src/aggregation/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { silentLogger } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { simulate, summariseSimulation } from '../src/lab/simulation/index.ts'
import type { FederatedRound, SimulatedRound, SimulationSetup } from '../src/lab/simulation/index.ts'
import { genesisFromBytes } from '../src/protocol/index.ts'
import { layoutOf, mayStop, parseTaskDocument } from '../src/training/index.ts'
import { planTask, readTaskFile } from '../coordinator/task-file/index.ts'
import { Casting } from './simulate/cast.ts'
import { parseSimulateFlags, simulateCommand } from './simulate/options.ts'
import type { SimulateFlags } from './simulate/options.ts'
import { SimulationProgress } from './simulate/progress.ts'
import { RUNS, roundLine, runLine } from './simulate/round-line.ts'
import { tellSimulation } from './simulate/tell-summary.ts'
import { simulationCsv } from './simulate/to-csv.ts'
import { simulationPage } from './simulate/to-html.ts'

/** Amounts of a file are in whole tokens; no contract says otherwise here. */
const UNIT: TokenUnit = { symbol: 'tokens', decimals: 18 }

/** `quorate simulate`: a task with all its members in this process, before anybody bonds anything. */
export default function simulateTask(program: Command): void {
  simulateCommand(program.command('simulate')).action(async (path: string, flags: SimulateFlags) => {
    const options = parseSimulateFlags(flags)
    const output = createOutput(flags.json)
    using interrupt = onInterrupt()
    const { signal } = interrupt
    const { members: asked, data: folder, trainer, backend, seed, testSamples, rounds } = flags
    const file = await readTaskFile(path)
    const casting = new Casting({
      ...options,
      members: asked,
      folder,
      testSamples,
      seed,
      signal,
      backend,
      logger: silentLogger,
      ...(trainer !== undefined && { trainer }),
    })
    output.story('· training once, as a member would, to choose the exponents of updates')
    const { files } = await planTask(file, { unit: UNIT, learner: casting.trial, signal })
    const { spec } = files
    const document = parseTaskDocument(files.documentJson)
    using cast = await casting.cast(document, spec)
    const { members } = cast
    assertSafe(
      members.map(() => 1n),
      spec.rule,
    )
    const selection = document.evaluation!
    const layout = layoutOf(document, spec.tensors)
    const honest = members.filter(({ attack }) => attack === undefined).length
    const perRound = { federated: members.length, alone: honest, float: members.length, fedavg: honest }
    const trainings = (['federated', ...options.compare] as const).reduce((total, run) => total + perRound[run], 0)
    using progress = new SimulationProgress(output, rounds * trainings)
    const setup: SimulationSetup = {
      spec,
      layout,
      memberMomentum: document.local.memberMomentum ?? 0,
      genesis: genesisFromBytes(spec, files.genesis),
      members,
      evaluate: cast.evaluate,
      rounds,
      selection,
      seed,
      signal,
      onTrained: () => progress.trained(),
    }
    output.story(
      `· ${file.name}: ${layout.parameters.toLocaleString('en')} parameters, ${members.length} members, ${members.length - honest} of them poisoners, rule ${file.rule.name}, ${cast.backend}`,
    )
    const federated: SimulatedRound[] = []
    const simulation = await simulate(setup, {
      compare: options.compare,
      onRound(run, round, member) {
        progress.doing(RUNS[run])
        if (flags.json) output.result({ event: 'round', run, member: member?.name, ...round })
        if (run === 'federated') {
          federated.push(round)
          // The other runs have as many rounds.
          if (mayStop(federated, selection)) progress.spare((rounds - federated.length) * trainings)
          progress.line(`${roundLine(round as FederatedRound, { rounds, members, selection })}${progress.left()}`)
        } else if (round.round === federated.length) progress.line(`${runLine(run, round, selection, member)}${progress.left()}`)
      },
    })
    const summary = summariseSimulation(simulation, members, selection)
    const [failure] = simulation.failures
    if (!summary) throw failure!.error
    if (flags.csv !== undefined) await writeFile(flags.csv, simulationCsv(simulation))
    if (flags.html !== undefined)
      await writeFile(flags.html, simulationPage(simulation, summary, `quorate ${process.argv.slice(2).join(' ')}`))
    for (const { run, member, error } of simulation.failures)
      output.story(`! ${member === undefined ? '' : `${member} `}${RUNS[run]} ended early: ${error.message}`)
    output.result(
      { event: 'simulated', ok: failure === undefined, rounds: simulation.federated.length, ...summary },
      `\n${tellSimulation(summary, simulation.federated.length)}`,
    )
    if (failure) throw failure.error
  })
}
