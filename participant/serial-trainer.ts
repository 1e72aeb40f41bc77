import type { Trainer } from '../src/training/index.ts'

/** One call of the trainer at a time, in the order asked: a tfjs back end is one per process. */
export function serialTrainer(trainer: Trainer): Trainer {
  let tail: Promise<unknown> = Promise.resolve()
  const next = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = tail.then(work, work)
    tail = turn.catch(() => {})
    return turn
  }
  return {
    prepare: async () => next(async () => trainer.prepare?.()),
    train: async (input) => next(async () => trainer.train(input)),
    evaluate: async (model, signal, personal) => next(async () => trainer.evaluate(model, signal, personal)),
    dispose: () => trainer.dispose(),
  }
}
