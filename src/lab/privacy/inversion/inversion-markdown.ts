import { parseView, viewTitle } from '../views.ts'
import type { InversionSummary } from './summarise-inversion.ts'

/** One row for each setting, for documents that are kept beside the code. */
export function inversionMarkdown(summaries: readonly InversionSummary[]): string {
  const rows = summaries.map((one) =>
    [
      one.model,
      localTitle(one),
      viewTitle(parseView(one.view)) + (one.attack === 'dense' ? ', read off' : ''),
      String(one.victims),
      `${one.similarity.toFixed(2)} ± ${one.deviation.toFixed(2)} (${one.best.toFixed(2)})`,
      one.error.toFixed(3),
      `${one.control.toFixed(2)} (${one.bestControl.toFixed(2)})`,
      `${Math.round(100 * one.labelsRight)} %`,
    ].join(' | '),
  )
  return [
    '| model | images | others see | victims | SSIM (best) | MSE | chance (best) | labels told |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n')
}

/** How a member trained: 4 in one step; 8 in 2 × 3 steps; 8 of 600. */
export function localTitle({ images, others, batchSize, epochs }: InversionSummary): string {
  const steps = Math.ceil((images + others) / batchSize) * epochs
  return `${images}${others === 0 ? '' : ` of ${images + others}`}, ${steps === 1 ? 'one step' : `${steps} steps`}`
}
