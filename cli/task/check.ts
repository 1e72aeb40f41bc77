import { Option } from 'commander'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { plural, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { backendNames, parseTaskDocument, plannedSteps, tensorLayout } from '../../src/training/index.ts'
import type { BackendChoice, LocalSettings } from '../../src/training/index.ts'
import { planTask, readTaskFile, roundCosts, trialLearner, withLine } from '../../coordinator/task-file/index.ts'
import type { TaskFile, TaskPlan } from '../../coordinator/task-file/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { address, positiveNumber, rpcOption } from '../chain-options.ts'
import { connectTo } from '../connect.ts'
import { readMemberConfig } from '../../src/config/index.ts'
import { readLedger } from '../../participant/privacy/read-ledger.ts'
import { endsEarly, forecastOf, forecastText, KEEP_BUDGET } from '../privacy/forecast.ts'
import type { PrivacyForecast } from '../privacy/forecast.ts'
import { privacyLimits, privacyRows } from './privacy-limits.ts'
import { requireWindows } from './require-windows.ts'
import { shortestTimesOf } from './shortest-times-of.ts'

export interface CheckFlags {
  backend: BackendChoice
  data?: string
  trainer?: string
  members: number
  member?: string
  records?: number
  rounds: number
  rpc?: string[]
  ledger?: Address
  json: boolean
}

/** Amounts of a file are in whole tokens; the token of a task is known only where its contracts are. */
const UNIT: TokenUnit = { symbol: 'tokens', decimals: 18 }

export function withTrial(command: Command): Command {
  return command
    .addOption(new Option('--backend <name>', 'where the trial trains').choices(['auto', ...backendNames]).default('auto'))
    .option('--data <folder>', 'data for the trial; by default the package of the public data set')
    .option('--trainer <command>', 'program that trains in the trial in place of the built-in learner')
}

/** `quorate task check`: what is wrong with a task file, what a round of it costs, and one training to see that it learns. */
export default function checkCommand(task: Command): void {
  withTrial(task.command('check'))
    .argument('<file>', 'task.toml')
    .description('check a task file, train once as a member would, and say what a round costs')
    .addOption(
      rpcOption('chain node of the deployment that the task is for: windows are compared with its minimums; with --ledger'),
    )
    .option('--ledger <address>', 'address of its RoundLedger', address)
    .option('--members <n>', 'members to reckon with', positiveNumber, 10)
    .option('--member <file>', 'member.toml with [privacy]: how far its budget goes in the task; with --records')
    .option('--records <n>', 'records that this member trains on', positiveNumber)
    .option('--rounds <n>', 'rounds that the task shall have, for --member', positiveNumber, 100)
    .option('--json', 'print the result as JSON', false)
    .action(async (path: string, { backend, data, trainer, members, member, records, rounds, rpc, ledger, json }: CheckFlags) => {
      using interrupt = onInterrupt()
      const output = createOutput(json)
      const file = await readTaskFile(path)
      if ((rpc === undefined) !== (ledger === undefined))
        throw new QuorateError('USAGE', 'pass both of --rpc and --ledger, or none')
      if (rpc && ledger) await compareWithChain(file, { rpc, ledger, signal: interrupt.signal })
      output.story('· training once, as a member would')
      const learner = trialLearner({ backend, folder: data, trainer })
      const plan = await withLine(path, planTask(file, { unit: UNIT, learner, signal: interrupt.signal }))
      const { spec, documentJson } = plan.files
      const { tensors, personal = [], local } = parseTaskDocument(documentJson)
      const limits = privacyLimits(personal.map(({ name }) => name))
      const own = tensorLayout(personal)
      const costs = roundCosts(spec, tensors, members)
      refuseSlow(plan)
      const forecast = member === undefined ? undefined : await budgetIn({ member, records, rounds }, local)
      output.result(
        {
          event: 'checked',
          ok: true,
          ...costs,
          personal: { tensors: personal.map(({ name }) => name), parameters: own.parameters },
          privacy: { ...limits, forecast: forecast ?? null },
          notes: plan.notes,
          trial: plan.trial ?? null,
          exponents: spec.tensors.map((one) => one.updateExponent),
        },
        [
          ['Model', `${tensors.length} tensors, ${costs.parameters.toLocaleString('en')} parameters, ${mebibytes(costs.model)}`],
          ['Update', `${mebibytes(costs.update)}, int8 in units of ${exponentsOf(spec.tensors)}`],
          ['A round', `each member receives ${mebibytes(costs.received)} with ${plural(members, 'member')}`],
          ...(plan.trial
            ? [
                [
                  'Trial',
                  `loss ${plan.trial.loss.toPrecision(4)} over ${plural(plan.trial.samples, 'sample')} in ${plan.trial.seconds.toFixed(1)} s; the commit window is ${plan.terms.windows.commit} s`,
                ],
              ]
            : []),
          ...(personal.length > 0
            ? [
                [
                  'Personal',
                  `${personal.map(({ name }) => name).join(', ')}: ${own.parameters.toLocaleString('en')} parameters stay with each member`,
                ],
                [
                  '',
                  'Only a member can measure its model. Founder, operators and auditors check the shared layers, and have no others',
                ],
              ]
            : []),
          ...privacyRows(limits),
          ...(forecast ? [['Budget', forecastText(forecast)]] : []),
          ...(forecast && endsEarly(forecast) ? [['Note', `the budget of ${member} ends before the task: ${KEEP_BUDGET}`]] : []),
          ...plan.notes.map((note) => ['Note', note]),
          [
            'Next',
            `quorate task create --task-file ${path}${data === undefined ? '' : ` --data ${data}`} --rpc URL --ledger ADDRESS --key-file FILE --out FOLDER`,
          ],
        ]
          .map(([name, text]) => `${name!.padEnd(8)} ${text}`)
          .join('\n'),
      )
    })
}

/**
 * How far the privacy budget of a member goes in the task.
 *
 * @throws QuorateError CONFIG_INVALID for a configuration without [privacy], USAGE without a number of records
 */
async function budgetIn(
  { member: path, records, rounds }: Pick<CheckFlags, 'records' | 'rounds'> & { member: string },
  local: LocalSettings,
): Promise<PrivacyForecast> {
  const { privacy, state } = await readMemberConfig(path)
  if (!privacy)
    throw new QuorateError('CONFIG_INVALID', `${path} has no section [privacy]: its member trains without noise`, {
      details: { file: path },
    })
  if (records === undefined) throw new QuorateError('USAGE', 'say with --records how many records the member trains on')
  const planned = plannedSteps(privacy, local, records)
  return forecastOf(privacy, readLedger(state.folder, privacy.ledger), { planned, rounds })
}

/** @throws QuorateError FLAG_INVALID naming a window that the contracts would refuse */
async function compareWithChain(
  { windows, members }: TaskFile,
  { rpc, ledger, signal }: { rpc: string[]; ledger: Address; signal: AbortSignal },
): Promise<void> {
  const { chain } = await connectTo({ rpc, ledger, signal })
  try {
    const shortest = await shortestTimesOf(chain, { ledger, signal })
    requireWindows(windows, { drawn: members.committee > 0, shortest, placeOf: (name) => `windows.${name}` })
  } finally {
    await chain.close()
  }
}

/** @throws QuorateError CONFIG_INVALID when nobody can train within the commit window */
function refuseSlow({ trial, terms }: TaskPlan): void {
  if (!trial || trial.seconds < terms.windows.commit) return
  const needed = Math.ceil(2 * trial.seconds)
  throw new QuorateError(
    'CONFIG_INVALID',
    `windows.commit is ${terms.windows.commit} s, and one training took ${Math.ceil(trial.seconds)} s here: set at least ${needed}, or train on fewer samples`,
    { details: { commit: terms.windows.commit, seconds: trial.seconds } },
  )
}

function exponentsOf(tensors: readonly { updateExponent: number }[]): string {
  return [...new Set(tensors.map(({ updateExponent }) => `2^${updateExponent}`))].join(', ')
}

function mebibytes(bytes: number): string {
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
