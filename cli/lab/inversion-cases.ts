import { parseView } from '../../src/lab/privacy/index.ts'
import type { InversionCase } from '../../src/lab/privacy/index.ts'
import { modelByName } from '../../src/training/index.ts'
import { flagValue } from '../flag-value.ts'
import { invalid, list, numbers, within } from './lists.ts'
import type { PrivacyAttackFlags } from './run-privacy-attack.ts'

/** The options before they are checked; lists are separated by commas. */
export interface InversionFlags extends PrivacyAttackFlags {
  model: string
  view: string
  images: string
  others: string
  batchSize?: number
  epochs: number
  attack: string
  labels: string
  victims: number
  iterations: number
  smoothness: number
  restarts: number
  clip: number
  delta: number
  seed: string
}

const ATTACKS: readonly string[] = ['matching', 'dense'] satisfies InversionCase['attack'][]

/** Every combination. @throws QuorateError FLAG_INVALID naming the flag */
export function inversionCases(flags: InversionFlags): InversionCase[] {
  const models = list('--model', flags.model)
  for (const model of models) flagValue('--model', () => modelByName(model))
  const views = list('--view', flags.view)
  for (const view of views) parseView(view)
  const attacks = list('--attack', flags.attack)
  const unknown = attacks.find((attack) => !ATTACKS.includes(attack))
  if (unknown !== undefined) invalid(`--attack ${unknown}: expected ${ATTACKS.join(', ')}`)
  if (attacks.includes('dense') && models.some((model) => model !== 'mlp'))
    invalid('--attack dense: only the model mlp begins with a dense layer; use --model mlp')
  const { labels } = flags
  if (labels !== 'known' && labels !== 'inferred') invalid(`--labels ${labels}: expected known or inferred`)
  const [others = 0] = numbers('--others', flags.others, 0, 10_000)
  const [seed = 1] = numbers('--seed', flags.seed, 0, 2 ** 31)
  return models.flatMap((model) =>
    numbers('--images', flags.images, 1, 32).flatMap((images) =>
      attacks.flatMap((attack) =>
        views.flatMap((view) =>
          Array.from({ length: flags.victims }, (_, victim) => ({
            dataset: flags.dataset,
            model,
            view,
            images,
            others,
            batchSize: flags.batchSize ?? images + others,
            epochs: flags.epochs,
            attack: attack as InversionCase['attack'],
            labels,
            victim,
            iterations: flags.iterations,
            smoothness: within('--smoothness', flags.smoothness, 0, 100),
            restarts: flags.restarts,
            clip: within('--clip', flags.clip, 1e-6, 1e6),
            delta: within('--delta', flags.delta, 1e-12, 0.5),
            seed,
          })),
        ),
      ),
    ),
  )
}
