import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { renderReport } from '../dashboard/report/render-report.ts'
import { createOutput } from '../src/console/index.ts'
import { plural, QuorateError } from '../src/core/index.ts'
import { readSecret } from '../src/secrets/index.ts'
import { positiveNumber } from './chain-options.ts'
import { readReport } from './report/read-report.ts'

interface ReportFlags {
  api: string
  token?: string
  rounds: number
  out?: string
  json: boolean
}

/** `quorate report`: one HTML file about a task for people who run nothing. */
export default function reportCommand(program: Command): void {
  program
    .command('report')
    .argument('<task>', 'task number', positiveNumber)
    .description(
      'write one HTML file about a task: quality, verdicts, rewards, disputes, provenance; it needs no script and no network',
    )
    .requiredOption('--api <url>', 'HTTP API of any node of the task, such as http://127.0.0.1:8080')
    .option('--token <file>', 'file with the bearer token of that API')
    .option('--rounds <number>', 'newest rounds that the report is about', positiveNumber, 50)
    .option('--out <file>', 'file to write; report-<task>.html by default')
    .option('--json', 'print results as JSON', false)
    .action(async (task: number, { api, token, rounds, out = `report-${task}.html`, json }: ReportFlags) => {
      const output = createOutput(json)
      const secret = token === undefined ? undefined : (await readSecret(token)).text.trim()
      const data = await readReport({ api, token: secret, rounds })
      if (data.task.task !== String(task))
        throw new QuorateError(
          'USAGE',
          `the node at ${api} follows task ${data.task.task}, not task ${task}: ask a node of that task`,
        )
      await writeFile(out, renderReport(data))
      output.result(
        { event: 'report', task: String(task), rounds: data.rounds.length, file: out },
        `${out}: ${plural(data.rounds.length, 'round')} of task ${task}`,
      )
    })
}
