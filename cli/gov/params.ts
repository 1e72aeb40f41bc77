import type { Command } from 'commander'
import { readParameters } from '../../src/chain/index.ts'
import { createOutput } from '../../src/console/index.ts'
import { formatValue } from './format.ts'
import { govern, withGov } from './session.ts'
import type { GovOptions } from './session.ts'

/** `quorate gov params`: the parameters that voters may change, with values and bounds. */
export default function paramsCommand(gov: Command): void {
  withGov(gov.command('params'))
    .description('list every governed parameter with value, minimum and maximum')
    .action(async (options: GovOptions) =>
      govern(options, async ({ chain, contracts, governance, unit: token, signal }) => {
        const parameters = await readParameters(chain, { contracts, governance, signal })
        const rows = parameters.map(({ name, unit, value, min, max }) =>
          [
            name.padEnd(27),
            formatValue(value, unit, token).padStart(12),
            formatValue(min, unit, token).padStart(12),
            formatValue(max, unit, token).padStart(12),
            unit === 'tokens' && token.symbol !== '' ? token.symbol : unit,
          ].join('  '),
        )
        createOutput(options.json).result(
          { event: 'params', ok: true, ...governance, parameters },
          [
            `Governor ${governance.governor}, timelock ${governance.timelock}`,
            '',
            `${'parameter'.padEnd(27)}  ${'value'.padStart(12)}  ${'min'.padStart(12)}  ${'max'.padStart(12)}  unit`,
            ...rows,
          ].join('\n'),
        )
      }),
    )
}
