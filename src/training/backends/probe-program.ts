// Entry of a process that tries one back end and prints what it found: native libraries may end a process, or write what they like.
import * as tf from '@tensorflow/tfjs-core'
import type { BackendName } from './backend.ts'
import { reasonOf, selectBackend } from './select-backend.ts'

/** Side of the matrices that are multiplied, and for how long, ms. */
const SIDE = 512
const FOR_MS = 400

async function rate(): Promise<number> {
  const [a, b] = [tf.randomUniform([SIDE, SIDE]), tf.randomUniform([SIDE, SIDE])]
  const once = async (): Promise<void> => {
    const product = tf.matMul(a, b)
    await product.data()
    product.dispose()
  }
  // The first compiles shaders.
  await once()
  const started = performance.now()
  let times = 0
  do {
    await once()
    times++
  } while (performance.now() - started < FOR_MS)
  return (times * 2 * SIDE ** 3) / (performance.now() - started) / 1e6
}

const name = process.argv[2] as BackendName
try {
  const { detail } = await selectBackend(name)
  console.log(JSON.stringify({ name, starts: true, detail, gigaflops: await rate() }))
} catch (error) {
  const { cause } = error as Error
  console.log(JSON.stringify({ name, starts: false, detail: reasonOf(cause ?? error) }))
}
process.exit()
