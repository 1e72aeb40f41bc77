import { AsyncLocalStorage } from 'node:async_hooks'
import { layers } from '@tensorflow/tfjs-layers'

interface Budget {
  most: number
  used: number
}

/** Thrown inside of a build; tfjs passes it on. */
export class TooManyParameters extends Error {}

const budgets = new AsyncLocalStorage<Budget>()
let watching = false

/**
 * Builds a layers model that may have so many parameters, and no more. A weight is refused before its initialiser draws a single value, so a few lines of JSON that
 * ask for 10¹² weights take no memory.
 *
 * @throws TooManyParameters, and what `build` throws
 */
export async function withinParameters<T>(most: number, build: () => Promise<T>): Promise<T> {
  watch()
  return budgets.run({ most, used: 0 }, build)
}

type AddWeight = (this: layers.Layer, name: string, shape: (number | null)[], ...others: unknown[]) => unknown

/** Every layer makes its weights by this one method. */
function watch(): void {
  if (watching) return
  watching = true
  const prototype = layers.Layer.prototype as unknown as { addWeight: AddWeight }
  const { addWeight } = prototype
  prototype.addWeight = function (name, shape, ...others) {
    const budget = budgets.getStore()
    if (budget) {
      budget.used += shape.reduce<number>((product, size) => product * (size ?? 1), 1)
      if (!(budget.used <= budget.most))
        throw new TooManyParameters(`with ${this.name}/${name} it has ${budget.used} parameters, and ${budget.most} are expected`)
    }
    return addWeight.call(this, name, shape, ...others)
  }
}
