/**
 * Runs the demo with every fault, one after the other, and compares each run with an honest run of the same seed. One
 * line per fault on stdout. Exit code 8 if a false claim stood or changed the outcome.
 *
 *     npm run demo:lies [-- --members 4 --rounds 4 --lie-round 3 --seed 1 --fault gram --fault omission --json]
 */
import { Command } from 'commander'
import { DEVELOPMENT_TOKEN } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/core/index.ts'
import { createOutput, onInterrupt, reportError } from '../../src/console/index.ts'
import { isQuorateError } from '../../src/core/index.ts'
import { positiveNumber, wholeNumber } from '../chain-options.ts'
import { faultNames } from './claim-faults.ts'
import { parseDemoFlags } from './options.ts'
import type { DemoFlags } from './options.ts'
import { runDemo } from './run-demo.ts'
import type { DemoSummary } from './summary.ts'

interface Flags {
  members: number
  rounds: number
  lieRound?: number
  backend: string
  seed: number
  fault: string[]
  json: boolean
  verbose: boolean
}

/** The outcome of a run. A false claim must not change it. */
function outcomeOf({ modelRoot, rewards }: DemoSummary): string {
  return JSON.stringify({ modelRoot, rewards })
}

function lineOf(fault: string, { fraud, seconds }: DemoSummary, same: boolean): string {
  if (!fraud) return `${fault.padEnd(14)} was not proved`
  const tokens = (wei: string): string => formatAmount(BigInt(wei), DEVELOPMENT_TOKEN)
  return [
    fault.padEnd(14),
    fraud.proof.padEnd(18),
    `${fraud.gas.toLocaleString('en')} gas`.padStart(14),
    `  slashed ${tokens(fraud.operatorSlashed)} = ${tokens(fraud.bounty)} + ${tokens(fraud.burned)} burned`,
    `  ${same ? 'same model and rewards as the honest run' : 'MODEL OR REWARDS DIFFER from the honest run'}`,
    `  ${seconds.toFixed(0)} s`,
  ].join('')
}

const command = new Command('demo:lies')
  .option('--members <n>', 'number of members', positiveNumber, 4)
  .option('--rounds <n>', 'number of rounds', positiveNumber, 4)
  .option('--lie-round <n>', 'round of the false claim (default: the third)', positiveNumber)
  .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
  .option('--seed <n>', 'fixes partition, model and training', wholeNumber, 1)
  .option(
    '--fault <name>',
    `fault of the false claim, repeatable; all by default: ${faultNames.join(', ')}`,
    (text, list: string[]) => [...list, text],
    [],
  )
  .option('--json', 'print one JSON object per fault', false)
  .option('--verbose', 'print the progress of every run', false)

try {
  const flags = command.parse().opts<Flags>()
  const output = createOutput(flags.json)
  const quiet = flags.verbose ? output : { ...output, story: () => {} }
  using interrupt = onInterrupt()
  const base: DemoFlags = {
    ...flags,
    attack: [],
    rule: 'nnmGm',
    model: 'mlp',
    partition: 'dirichlet:0.5',
    keep: false,
    lieRound: undefined,
  }
  output.story('· running without a false claim, for comparison')
  const honest = await runDemo(parseDemoFlags(base), quiet, interrupt.signal)
  output.story(`· model ${honest.modelRoot}, ${honest.seconds.toFixed(0)} s`)
  for (const fault of flags.fault.length > 0 ? flags.fault : faultNames) {
    try {
      const options = parseDemoFlags({ ...base, lyingOperator: fault, lieRound: flags.lieRound })
      const summary = await runDemo(options, quiet, interrupt.signal)
      const same = outcomeOf(summary) === outcomeOf(honest)
      if (!same || !summary.ok || !summary.fraud) process.exitCode = 8
      output.result(
        { event: 'lie', ok: summary.ok && same, same, modelRoot: summary.modelRoot, ...summary.fraud },
        lineOf(fault, summary, same),
      )
    } catch (error) {
      if (isQuorateError(error, 'CANCELLED')) throw error
      process.exitCode = reportError(error, flags.json)
    }
  }
} catch (error) {
  process.exitCode = reportError(error, command.opts<Flags>().json)
}
