import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { positiveNumber, wholeNumber } from './chain-options.ts'
import { requireDashboard } from './demo/open-page.ts'
import { faultNames } from './demo/claim-faults.ts'
import { parseDemoFlags } from './demo/options.ts'
import type { DemoFlags } from './demo/options.ts'
import { runDemo } from './demo/run-demo.ts'
import { RULE_HELP } from './task-options.ts'

/** `quorate demo`. */
export default function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('train MNIST with honest members and poisoners on this machine: a chain, a coordinator and a process per member')
    .option('--members <n>', 'number of members', positiveNumber, 8)
    .option('--rounds <n>', 'number of rounds', positiveNumber, 10)
    .option(
      '--attack <name[:count]>',
      'attack and number of poisoners, repeatable, or none (default: one sign-flip and one label-flip, at most a quarter of the members)',
      (text, list: string[]) => [...list, text],
      [],
    )
    .option('--rule <name>', RULE_HELP, 'nnmGm')
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--partition <how>', 'dirichlet:ALPHA, shards:K or gamma:SHARE', 'dirichlet:0.5')
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--seed <n>', 'fixes partition, model and training', wholeNumber, 1)
    .option(
      '--lying-operator <fault>',
      `fault that the operator puts into one claim; a standby operator takes over: ${faultNames.join(', ')}`,
    )
    .option('--lie-round <n>', 'round of the false claim (default: the third)', positiveNumber)
    .option('--json', 'print one summary object on stdout', false)
    .option('--data <folder>', 'write all data to this folder and keep it')
    .option('--open', 'serve the dashboard of the operator while the demo runs, and open it in a browser', false)
    .option('--keep', 'keep the temporary data folder', false)
    .action(async (flags: DemoFlags) => {
      const options = parseDemoFlags(flags)
      if (options.open) requireDashboard()
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const summary = await runDemo(options, output, interrupt.signal)
      output.result({ ...summary })
    })
}
