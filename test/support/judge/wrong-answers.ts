import type { CourtAnswer } from '../../../src/judge/answers/index.ts'
import type { Random } from './random-round.ts'

/** The answer with one thing changed in each of its arguments after the target: none of them may pass. */
export function wrongAnswers(answer: CourtAnswer, random: Random): CourtAnswer[] {
  const [target, ...rest] = answer.args
  return rest.flatMap((argument, i) => {
    const changed = change(argument, random)
    if (changed === undefined) return []
    return [{ ...answer, args: [target, ...rest.map((other, k) => (k === i ? changed : other))] }]
  })
}

function change(value: unknown, random: Random): unknown {
  if (typeof value === 'bigint') return value + 1n
  if (typeof value === 'number') return value === 0 ? 1 : value - 1
  if (typeof value === 'string') {
    if (value === '0x') return '0x00'
    const at = 2 + random(value.length - 2)
    return `${value.slice(0, at)}${((Number.parseInt(value[at]!, 16) + 1 + random(15)) % 16).toString(16)}${value.slice(at + 1)}`
  }
  if (Array.isArray(value)) {
    // Shorter, or with another element.
    if (value.length === 0) return undefined
    const at = random(value.length)
    return random(4) === 0 ? value.slice(1) : value.map((item, k) => (k === at ? change(item, random) : item))
  }
  const entries = Object.entries(value as object)
  const at = random(entries.length)
  return Object.fromEntries(entries.map(([key, item], k) => [key, k === at ? change(item, random) : item]))
}
