/**
 * From a base model and private data to an int8 update.
 *
 * Needs: a task document and the tensors of its specification, the member's samples, a tfjs back end.
 * Makes: a `Learner` (`createTfjsLearner`), which learns in floats, and a `Trainer` (`createTrainer`), which makes an update of what it learned; the genesis
 * model; the default task; shares of a public data set.
 *
 * @example
 * const { document, tensors } = defaultTask({ model: 'mlp', seed: 1, partition: 'dirichlet:0.5' })
 * const mnist = await loadDataset(document.dataset)
 * const trainer = createTfjsTrainer({
 *   document, spec: { tensors }, data: mnist.train, test: mnist.test, backend: await selectBackend('auto'), seed: 1,
 * })
 * const model = genesisModel(modelByName(document.model), tensors, document.seed)
 * const { update, residual } = await trainer.train({ model, step: 1 })
 */
export * from './learner.ts'
export * from './trainer.ts'
export * from './compose-update.ts'
export * from './compose-trainer.ts'
export * from './tfjs-learner.ts'
export * from './tfjs-trainer.ts'
export * from './tfjs-evaluator.ts'
export * from './clip-update.ts'
export * from './layout.ts'
export * from './private/index.ts'
export * from './calibrate.ts'
export * from './optimiser.ts'
export * from './quantise.ts'
export * from './genesis-model.ts'
export * from './random.ts'
export * from './models/index.ts'
export * from './losses/index.ts'
export * from './metrics/index.ts'
export * from './networks/index.ts'
export * from './personal/index.ts'
export * from './datasets/index.ts'
export * from './backends/index.ts'
export * from './tasks/index.ts'
