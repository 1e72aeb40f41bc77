import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { epsilonOf, pldEpsilon } from '../../../src/privacy/index.ts'

const page = readFileSync(new URL('../../../docs/privacy.md', import.meta.url), 'utf8')

/** Rows of the table under a heading, as numbers. */
function rowsUnder(heading: string): number[][] {
  const part = page.split(`## ${heading}\n`)[1]!.split('\n## ')[0]!
  const lines = part.split('\n').filter((line) => /^\| [\d.]+ \|/.test(line))
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => Number.parseFloat(cell)),
  )
}

it('docs/privacy.md: epsilon against noise is what the accountant says', () => {
  const rows = rowsUnder('Epsilon against noise')
  expect(rows.length).toBeGreaterThanOrEqual(8)
  for (const [noiseMultiplier, ...cells] of rows) {
    const expected = [200, 1000, 5000].flatMap((steps) => {
      const events = [{ noiseMultiplier: noiseMultiplier!, samplingRate: 0.01, steps }]
      return [epsilonOf(events, 1e-5), pldEpsilon(events, 1e-5)]
    })
    for (const [index, epsilon] of expected.entries()) expect(Math.abs(epsilon - cells[index]!)).toBeLessThan(0.006)
  }
})

it('docs/privacy.md: factor and certainty follow from epsilon', () => {
  const rows = rowsUnder('What epsilon promises')
  expect(rows.length).toBeGreaterThanOrEqual(5)
  for (const [epsilon, factor, certainty] of rows) {
    const exact = Math.exp(epsilon!)
    expect(Math.abs(factor! / exact - 1)).toBeLessThan(0.03)
    expect(Math.abs(certainty! - (100 * exact) / (1 + exact))).toBeLessThan(0.06)
  }
})
