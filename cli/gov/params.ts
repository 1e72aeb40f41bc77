import type { Command } from 'commander'
import { readParameters } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { bigintOption } from '../chain-options.ts'
import { formatValue } from './format.ts'
import { govern, withGov } from './session.ts'
import type { GovOptions } from './session.ts'

/** `quorate gov params`: the parameters that voters may change, with values and bounds. */
export default function paramsCommand(gov: Command): void {
  withGov(gov.command('params'))
    .description('list every governed parameter with value, minimum and maximum')
    .addOption(bigintOption('--task <id>', 'task whose terms are included', 1n))
    .action(async (options: GovOptions & { task: bigint }) =>
      govern(options, async ({ chain, contracts, governance, signal }) => {
        const { task } = options
        const parameters = await readParameters(chain, { contracts, governance, task, signal })
        const rows = parameters.map(({ name, unit, value, min, max }) =>
          [
            name.padEnd(27),
            formatValue(value, unit).padStart(12),
            ...(min === max
              ? ['fixed for the life of the task'.padStart(32)]
              : [formatValue(min, unit).padStart(12), formatValue(max, unit).padStart(12)]),
            unit,
          ].join('  '),
        )
        createOutput(options.json).result(
          { event: 'params', ok: true, ...governance, task, parameters },
          [
            `Governor ${governance.governor}, timelock ${governance.timelock}`,
            `Terms of task ${task} apply to rounds that open later`,
            '',
            `${'parameter'.padEnd(27)}  ${'value'.padStart(12)}  ${'min'.padStart(12)}  ${'max'.padStart(12)}  unit`,
            ...rows,
          ].join('\n'),
        )
      }),
    )
}
