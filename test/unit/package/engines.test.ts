import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Lock {
  packages: Record<string, { version: string; engines?: { node?: string } }>
}

/** The oldest Node that `engines` of our package.json lets install, as npm sees it on a host that keeps up with its updates. */
const HOST = [20, 19, 0] as const

/** Whether a range of npm allows a version. Knows what lockfiles contain: `>=20`, `^20.19.0`, `~20.1`, `>= 18 < 25`, `20.x`, `*`, joined by `||`. */
function allows(range: string, version: readonly number[]): boolean {
  return range.split('||').some((part) => {
    const comparators = part.trim().replaceAll(/([<>=~^]+)\s+/g, '$1')
    return comparators.split(/\s+/).every((comparator) => fits(comparator, version))
  })
}

function fits(comparator: string, version: readonly number[]): boolean {
  const [, operator, text] = /^([<>=~^]*)v?(.*)$/.exec(comparator)!
  const wanted = text!
    .split('.')
    .filter((number) => /^\d+$/.test(number))
    .map(Number)
  const padded = [0, 1, 2].map((index) => wanted[index] ?? 0)
  const order = padded.map((number, index) => Math.sign(version[index]! - number)).find((sign) => sign !== 0) ?? 0
  if (wanted.length === 0) return true
  if (operator === '>=') return order >= 0
  if (operator === '>') return order > 0
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  const fixed = operator === '^' ? 1 : operator === '~' ? Math.min(2, wanted.length) : wanted.length
  return order >= 0 && wanted.slice(0, fixed).every((number, index) => number === version[index])
}

it.each([
  ['>=20', true],
  ['>=22', false],
  ['^18.0.0 || >=20.10', true],
  ['^22.12.0 || ^24.0.0', false],
  ['^20.19.0 || >=22.12.0', true],
  ['>= 18 < 20', false],
  ['20.x', true],
  ['~20.1', false],
  ['*', true],
])('%s allows Node 20.19: %s', (range, expected) => {
  expect(allows(range, HOST)).toBe(expected)
})

it('every package of the lockfile installs on Node 20 without an engine warning', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock
  const refused = Object.entries(packages)
    .filter(([, { engines }]) => !allows(engines?.node ?? '*', HOST))
    .map(([path, { version, engines }]) => `${path}@${version} wants ${engines?.node}`)
  expect(refused).toEqual([])
})
