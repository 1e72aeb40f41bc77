import type { Random } from './random.ts'
import { mutateText } from './mutate-text.ts'

type Tree = null | boolean | number | string | Tree[] | { [key: string]: Tree }

const LEAVES: readonly Tree[] = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  0.5,
  1e21,
  2 ** 32,
  2 ** 53,
  -(2 ** 53),
  1e300,
  '',
  '0',
  '-1',
  '00',
  '1e3',
  '0x',
  'null',
  '__proto__',
  '../../x',
  '\0',
  '\ud800',
  'a'.repeat(300),
  '9'.repeat(400),
  [],
  {},
  [[]],
  [null],
  { a: 1 },
]
const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'length',
  '',
  '0',
  'a',
  '$bigint',
  '$bytes',
  '$object',
] as const

/** A place in a tree: the holder and the key there. */
interface Place {
  holder: Tree[] | { [key: string]: Tree }
  key: string
}

/** A random place of a tree, deep ones as likely as others. */
function placeIn(tree: Tree, random: Random): Place | undefined {
  let found: Place | undefined
  let seen = 0
  const visit = (holder: Tree, depth = 0): void => {
    if (typeof holder !== 'object' || holder === null || depth > 500) return
    for (const key of Object.keys(holder)) {
      if (random.oneIn(++seen)) found = { holder, key }
      visit((holder as { [key: string]: Tree })[key]!, depth + 1)
    }
  }
  visit(tree)
  return found
}

const get = ({ holder, key }: Place): Tree => (holder as { [key: string]: Tree })[key]!
const put = ({ holder, key }: Place, value: Tree): void =>
  void Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })

/** A copy: a tree that holds itself has no text. */
function copy(tree: Tree): Tree {
  try {
    return structuredClone(tree)
  } catch {
    // Nested deeper than can be copied.
    return null
  }
}

function changeLeaf(value: Tree, random: Random): Tree {
  if (typeof value === 'number' && random.oneIn(2)) return value + random.pick([1, -1, 0.5, 2 ** 31, -value])
  if (typeof value === 'string' && value.length > 0 && random.oneIn(2)) {
    const at = random.below(value.length)
    return value.slice(0, at) + random.pick(['', '0', 'f', 'F', 'x', '\u00e9', value]) + value.slice(at + random.below(2))
  }
  return structuredClone(random.pick(LEAVES))
}

function change(tree: Tree, other: Tree, random: Random): void {
  const place = placeIn(tree, random)
  if (!place) return
  const { holder, key } = place
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1)
      else delete holder[key]
      return
    case 1:
      if (Array.isArray(holder)) holder.push(copy(get(place)))
      else put({ holder, key: random.pick(KEYS) }, copy(get(place)))
      return
    case 2: {
      const from = placeIn(other, random)
      if (from) put(place, copy(get(from)))
      return
    }
    case 3:
      if (Array.isArray(holder)) holder.reverse()
      else put({ holder, key: random.pick(KEYS) }, structuredClone(random.pick(LEAVES)))
      return
    case 4: {
      let nested: Tree = get(place)
      for (let depth = 1 << random.below(random.oneIn(100) ? 15 : 5); depth > 0; depth--)
        nested = random.oneIn(2) ? [nested] : { a: nested }
      put(place, nested)
      return
    }
    default:
      put(place, changeLeaf(get(place), random))
  }
}

/** JSON of a changed tree with its keys sorted, as canonical JSON has them. */
function write(tree: Tree): string {
  return JSON.stringify(tree, (_, value: Tree) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  )
}

/** A few changes of the tree that a valid text is, or of the text itself. */
export function mutateJson(seeds: readonly string[], random: Random): string {
  if (random.oneIn(3)) return mutateText(seeds, random)
  const tree = JSON.parse(random.pick(seeds)) as Tree
  const other = JSON.parse(random.pick(seeds)) as Tree
  for (let changes = 1 + random.below(random.oneIn(4) ? 5 : 2); changes > 0; changes--) change(tree, other, random)
  try {
    return write(tree)
  } catch {
    // Nested deeper than JSON.stringify goes.
    return '['.repeat(1 + random.below(100_000))
  }
}
