import { describe, expect, it } from 'vitest'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { memberEvidence } from '../../../src/replay/index.ts'

const leaf = (wealth: number, quarantines = 0, since = 0n, until = 0n, strikes = 0) => ({
  extra: encodeEvidence({ wealth, quarantines, since, until }),
  strikes,
})

describe('memberEvidence', () => {
  it('has a member whose leaf was never written start at 1', () => {
    expect(memberEvidence(undefined, 5n)).toEqual({
      eValue: 1,
      strikes: 0,
      quarantined: false,
      since: null,
      until: null,
      times: 0,
    })
  })

  it('tells the bet and the strikes as numbers', () => {
    const known = memberEvidence(leaf(-1024, 0, 0n, 0n, 384), 5n)
    expect(known).toMatchObject({ eValue: 1 / 16, strikes: 1.5, quarantined: false })
    expect(memberEvidence(leaf(2551), 5n).eValue).toBeLessThan(1000)
  })

  it('ends a quarantine with the first round in which the member counts again', () => {
    const first = leaf(0, 1, 8n, 25n)
    expect(memberEvidence(first, 24n)).toMatchObject({ quarantined: true, since: 8n, until: 25n, times: 1 })
    expect(memberEvidence(first, 25n)).toMatchObject({ quarantined: false, since: 8n, until: 25n, times: 1 })
  })
})
