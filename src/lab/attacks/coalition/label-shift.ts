import type { CoalitionAttack } from './coalition-attack.ts'
import { lastLayer } from './last-layer.ts'

/**
 * Teaches each class's outputs what another class should learn. Everything below the last layer is an honest update, which is most of its length; in the last
 * layer the columns of the classes are moved round by `shift`.
 *
 * Knows: own data and the shape of the model.
 */
export const labelShift: CoalitionAttack<'shift' | 'boost'> = {
  name: 'label-shift',
  description: "sends an honest update whose last layer has the classes' columns moved round by one",
  paper: 'after Tolpegin et al. 2020, Data Poisoning Attacks Against Federated Learning Systems, in the last layer only',
  parameters: {
    shift: { description: 'classes by which the columns move', least: 1, most: 9, value: 1, whole: true },
    boost: { description: 'factor of the last layer', least: 0.25, most: 8, value: 1 },
  },
  conspire: ({ own, layout }, { shift, boost }) => {
    const { kernel, bias, classes } = lastLayer(layout)
    return own.map((update) => {
      const row = update.slice()
      for (const { offset, length } of [kernel, bias]) {
        for (let k = 0; k < length; k++) {
          const column = k % classes
          const from = k - column + ((column + shift) % classes)
          row[offset + k] = boost * update[offset + from]!
        }
      }
      return row
    })
  },
}
