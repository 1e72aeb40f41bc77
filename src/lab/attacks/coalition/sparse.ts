import { plus } from '../vectors.ts'
import type { CoalitionAttack, CoalitionContext } from './coalition-attack.ts'
import { atLength, usualLength } from './lengths.ts'
import { lastLayer } from './last-layer.ts'
import { UPDATE_LENGTH } from './update-length.ts'

const PAPER = 'after El Mhamdi, Guerraoui, Rouault 2018, The Hidden Vulnerability of Distributed Learning in Byzantium'
const WEIGHT = {
  description: "share of a row's squared length that is the push; the rest is an honest update",
  least: 0,
  most: 1,
  value: 0.5,
}

/**
 * A push that sits in few coordinates. Inner products weigh every coordinate alike, so a change of one tenth of a row's length is as small in 2 % of the
 * coordinates as in all of them; in those 2 % it is seven times what honest members move.
 *
 * @param towards the push of any length from what is public, float32[D]; undefined while there is none
 */
function sparse<P extends string>(
  { name, description, parameters }: Pick<CoalitionAttack<P>, 'name' | 'description' | 'parameters'>,
  towards: (context: CoalitionContext, values: { readonly [name in P]: number }) => Float32Array | undefined,
): CoalitionAttack<P | 'weight' | 'length'> {
  return {
    name,
    description,
    paper: PAPER,
    parameters: { ...parameters, weight: WEIGHT, length: UPDATE_LENGTH },
    conspire(context, values) {
      const push = towards(context, values)
      if (!push) return [...context.own]
      const target = values.length * usualLength(context)
      const heavy = atLength(push, target * Math.sqrt(values.weight))
      const light = target * Math.sqrt(1 - values.weight)
      return context.own.map((update) => plus(heavy, atLength(update, light)))
    },
  }
}

const SHARE = { description: 'share of the coordinates that have moved', least: 0.001, most: 0.5, value: 0.02 }

/** Undoes training in the coordinates that moved least since the first model, those that never moved left out. Knows: the first and the last model. */
export const sparseQuiet = sparse(
  {
    name: 'sparse-quiet',
    description: 'undoes training in the 2 % of coordinates that it has moved least',
    parameters: { share: SHARE },
  },
  ({ history }, { share }) => undoing(history, share, (a, b) => a - b),
)

/** Undoes training in the coordinates that moved most since the first model. Knows: the first and the last model. */
export const sparseBusy = sparse(
  {
    name: 'sparse-busy',
    description: 'undoes training in the 2 % of coordinates that it has moved most',
    parameters: { share: SHARE },
  },
  ({ history }, { share }) => undoing(history, share, (a, b) => b - a),
)

/**
 * Pulls down the output of some classes: all weights into them and their biases by one amount. Hidden units are never negative after a ReLU, so that every
 * sample's score of the class falls. Knows: the shape of the model.
 */
export const sparseOutput = sparse(
  {
    name: 'sparse-output',
    description: 'pulls down all weights into the outputs of some classes',
    parameters: { columns: { description: 'number of classes', least: 1, most: 9, value: 3, whole: true } },
  },
  ({ layout }, { columns }) => {
    const { kernel, bias, classes } = lastLayer(layout)
    const push = new Float32Array(layout.paddedLength)
    for (let column = 0; column < Math.min(columns, classes - 1); column++) {
      for (let k = column; k < kernel.length; k += classes) push[kernel.offset + k] = -1
      push[bias.offset + column] = -1
    }
    return push
  },
)

/** ±1 against all that the model has moved by, in the first `share` of the moved coordinates by size of the move. */
function undoing(
  { first, model }: CoalitionContext['history'],
  share: number,
  order: (a: number, b: number) => number,
): Float32Array | undefined {
  const moved = plus(model, first, -1)
  const sizes = moved.map(Math.abs)
  const places = Array.from(sizes.keys()).filter((k) => sizes[k]! > 0)
  if (places.length === 0) return undefined
  places.sort((a, b) => order(sizes[a]!, sizes[b]!))
  const push = new Float32Array(moved.length)
  for (const k of places.slice(0, Math.ceil(share * places.length))) push[k] = -Math.sign(moved[k]!)
  return push
}
