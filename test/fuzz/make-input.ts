import { mutateBytes } from './mutate-bytes.ts'
import { mutateJson } from './mutate-json.ts'
import { mutateText } from './mutate-text.ts'
import { Random } from './random.ts'
import { toBytes, toText } from './target.ts'
import type { FuzzTarget } from './target.ts'

/** The inputs of a target by number: the first ones are its seeds. */
export function inputsOf({ seeds, shape }: FuzzTarget, seed: number): (number: number) => Uint8Array {
  const texts = shape === 'bytes' ? [] : seeds.map(toText)
  return (number) => {
    const given = seeds[number]
    if (given) return given
    const random = new Random(seed, number)
    if (shape === 'bytes') return mutateBytes(seeds, random)
    // Text may also come as bytes that are none.
    if (random.oneIn(20)) return mutateBytes(seeds, random)
    return toBytes(shape === 'json' ? mutateJson(texts, random) : mutateText(texts, random))
  }
}
