import type { Attack } from './attack.ts'

const SCALE = 4

/** Sends noise four times as long as its honest update, spread over all coordinates. */
export const gaussian: Attack = {
  name: 'gaussian',
  description: 'sends Gaussian noise four times the norm of its update',
  paper: 'Blanchard et al. 2017, Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent',
  poisonUpdate: (delta, { layout, random }) => {
    const deviation = SCALE * Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0) / layout.parameters)
    const noise = new Float32Array(delta.length)
    for (const { offset, length } of layout.tensors) {
      for (let k = offset; k < offset + length; k++) noise[k] = deviation * random.normal()
    }
    return noise
  },
}
