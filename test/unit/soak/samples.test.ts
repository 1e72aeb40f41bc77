import { expect, it } from 'vitest'
import { parseSamples, samplesCsv } from '../../soak/report.ts'
import type { Sample } from '../../soak/sample.ts'

const samples: Sample[] = [
  { program: 'coordinator', seconds: 30, rounds: 12, figures: { heapKiB: 64_000.5, 'disk states': 120 } },
  { program: 'member-0', seconds: 30, rounds: 12, figures: { heapKiB: 66_000, 'disk residuals': 112 } },
]

it('come back from a file as they were, each with its own figures', () => {
  expect(samplesCsv(samples).split('\n').slice(0, 2)).toEqual([
    'program,seconds,rounds,heapKiB,disk states,disk residuals',
    'coordinator,30,12,64000.5,120,',
  ])
  expect(parseSamples(samplesCsv(samples))).toEqual(samples)
})

it('are not made of another file', () => {
  for (const text of ['', 'a,b\n1,2\n', samplesCsv([])]) expect(() => parseSamples(text)).toThrow('no samples')
})
