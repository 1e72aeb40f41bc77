/**
 * Data sets and how they are cut into members' shares.
 *
 * @example
 * const mnist = await loadDataset('mnist')
 * const share = memberSamples({ partition: parsePartition('dirichlet:0.5'), labels: mnist.train.labels, classes: 10, members: 8, seed: 1 }, 0)
 * const data = takeSamples(mnist.train, share)
 */
export * from './dataset.ts'
export * from './load-dataset.ts'
export * from './load-fashion-mnist.ts'
export * from './load-mnist.ts'
export * from './partition.ts'
export * from './read-idx.ts'
