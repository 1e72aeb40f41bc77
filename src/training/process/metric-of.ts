/** Other names that frameworks give to what this program calls by one. */
const NAMES = {
  loss: ['loss', 'train_loss', 'eval_loss', 'val_loss'],
  accuracy: ['accuracy', 'eval_accuracy', 'val_accuracy', 'acc', 'eval_acc'],
  samples: ['samples', 'num_examples', 'num-examples', 'NUM_STEPS_CURRENT_ROUND'],
} as const

/** A number that a program measured, by the names that frameworks give it; undefined if it measured none. */
export function metricOf(metrics: Readonly<Record<string, number>>, name: keyof typeof NAMES): number | undefined {
  const found = NAMES[name].find((key) => metrics[key] !== undefined)
  return found === undefined ? undefined : metrics[found]
}
