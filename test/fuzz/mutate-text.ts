import type { Random } from './random.ts'

const TOKEN = /"(?:[^"\\\n]|\\.)*"|[\w.+-]+|\s+|[^\w\s"]/g

/** Tokens that readers stumble over. */
const WORDS =
  '0 -0 00 1e400 1e-400 0.1 -1 9007199254740993 18446744073709551616 0x 1_0 NaN inf null true [] {} [[ ]] { } , : = # "" """'
const NAMES =
  '"__proto__" "constructor" "toString" __proto__ constructor hasOwnProperty ../.. 1979-05-27T07:32:00Z \\u0000 \\ud800'
const SIGNS = ['', ' ', '\n', '\0', '"', "'", "'''", '\\', '\u{1f980}', '\u0130', '\ud800', '\u2028', '\ufeff']
const AWKWARD: readonly string[] = [...WORDS.split(' '), ...NAMES.split(' '), ...SIGNS]

type Change = (tokens: string[], random: Random, other: readonly string[]) => void

const CHANGES: readonly Change[] = [
  (tokens, random) => void tokens.splice(random.below(tokens.length + 1), random.below(3)),
  (tokens, random) => void tokens.splice(random.below(tokens.length + 1), random.below(2), random.pick(AWKWARD)),
  (tokens, random) => {
    const at = random.below(tokens.length + 1)
    tokens.splice(at, 0, ...tokens.slice(at, at + random.below(12)))
  },
  (tokens, random, other) => {
    const from = random.below(other.length + 1)
    tokens.splice(random.below(tokens.length + 1), random.below(6), ...other.slice(from, from + random.below(12)))
  },
  (tokens, random) => {
    const at = random.below(tokens.length)
    const token = tokens[at] ?? ''
    const place = random.below(token.length + 1)
    tokens[at] =
      token.slice(0, place) +
      String.fromCharCode(random.oneIn(4) ? random.below(65_536) : 32 + random.below(95)) +
      token.slice(place + random.below(2))
  },
  (tokens, random) => {
    const token = random.pick(['[', '{"a":', '(', 'a.', '9', '\n[a]', '\t'])
    tokens.splice(random.below(tokens.length + 1), 0, token.repeat(1 << random.below(random.oneIn(50) ? 17 : 9)))
  },
]

/** A few changes of a valid text, token by token. */
export function mutateText(seeds: readonly string[], random: Random): string {
  const tokens = [...(random.pick(seeds).match(TOKEN) ?? [])]
  const other = random.pick(seeds).match(TOKEN) ?? []
  for (let changes = 1 + random.below(random.oneIn(4) ? 6 : 2); changes > 0; changes--)
    random.pick(CHANGES)(tokens, random, other)
  return tokens.join('')
}
