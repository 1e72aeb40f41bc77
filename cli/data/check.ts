import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import { checkDataset, explainSchemaDifference, reportLines, schemaHash } from '../../src/data/index.ts'
import type { DataSchema } from '../../src/data/index.ts'
import { readSchema } from './read-schema.ts'
import { progressTo, withData, withSplit } from './session.ts'
import type { DataFlags, SplitFlags } from './session.ts'

interface CheckFlags extends DataFlags, SplitFlags {
  task?: string
}

/** `quorate data check`: what a member should know of its data before it trains. */
export default function checkCommand(data: Command): void {
  withSplit(withData(data.command('check')))
    .description('read every record and report what is wrong, with file and record named')
    .option('--task <file>', 'schema or task document of the task: the schema must be the same')
    .action(async (flags: CheckFlags) => {
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const schema = await readSchema('--schema', flags.schema)
      if (flags.task !== undefined) requireSame(schema, await readSchema('--task', flags.task))
      const { seed, heldOut, tokeniser } = flags
      const report = await checkDataset(schema, flags.data, { seed, heldOut, tokeniser, signal, onProgress: progressTo(output) })
      output.result({ event: 'data-check', ...report }, reportLines(schema, report))
      const errors = report.findings.filter(({ severity }) => severity === 'error')
      if (errors.length > 0) throw new QuorateError(errors[0]!.code, `the data has ${plural(errors.length, 'kind')} of errors`)
    })
}

function requireSame(mine: DataSchema, theirs: DataSchema): void {
  if (schemaHash(mine) === schemaHash(theirs)) return
  const differences = explainSchemaDifference(mine, theirs)
  throw new QuorateError('DATA_SCHEMA_DIFFERS', `the schema is not that of the task: ${differences.join('; ')}`, {
    details: { differences },
  })
}
