/**
 * An example of an attack, for `quorate lab --attack examples/constant-attack.ts`. It pushes every parameter in the
 * same direction, by the length of the member's honest update.
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
