import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { positiveNumber, wholeNumber } from './chain-options.ts'
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
    .option('--members <n>', 'how many members', positiveNumber, 8)
    .option('--rounds <n>', 'how many rounds', positiveNumber, 10)
    .option(
      '--attack <name[:count]>',
      'poisoners, repeatable; "none" for no attack (default: up to a quarter of the members, one sign-flip, one label-flip)',
      (text, list: string[]) => [...list, text],
      [],
    )
    .option('--rule <name>', RULE_HELP, 'nnmGm')
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--partition <how>', 'dirichlet:ALPHA, shards:K or gamma:SHARE', 'dirichlet:0.5')
    .option('--backend <name>', 'auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option('--seed <n>', 'fixes partition, model and training', wholeNumber, 1)
    .option('--lying-operator <fault>', `the operator lies in one round, another stands by: ${faultNames.join(', ')}`)
    .option('--lie-round <n>', 'the round of the lie (default: the third)', positiveNumber)
    .option('--json', 'print one summary object on stdout', false)
    .option('--data <folder>', 'keep everything in this folder')
    .option('--keep', 'keep the temporary folder', false)
    .action(async (flags: DemoFlags) => {
      const options = parseDemoFlags(flags)
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const summary = await runDemo(options, output, interrupt.signal)
      output.result({ ...summary })
    })
}
