/**
 * An attack of one's own for `quorate lab --attack examples/constant-attack.ts`: every parameter is pushed the same way, as far as the honest update of
 * this member would have gone.
 */
import type { Attack } from '../src/lab/index.ts'

const constantAttack: Attack = {
  name: 'constant',
  description: 'pushes every parameter by the same amount, as long as its honest update',
  paper: 'example, 2026',
  poisonUpdate(delta, { layout }) {
    const length = Math.sqrt(delta.reduce((sum, value) => sum + value * value, 0))
    const push = new Float32Array(delta.length)
    // Padding stays zero: the protocol refuses updates that use it.
    for (const { offset, length: size } of layout.tensors) push.fill(length / Math.sqrt(layout.parameters), offset, offset + size)
    return push
  },
}

export default constantAttack
