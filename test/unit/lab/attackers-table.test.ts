import { describe, expect, it } from 'vitest'
import { attackersTable, summarise } from '../../../src/lab/index.ts'
import { resultOf } from './fixtures.ts'

const treatment = { rejected: 0.5, downweighted: 0, weightless: 0.75, unpaid: 0.5, pay: 0.3, weight: 0.2 }

describe('attackersTable', () => {
  it('shows rounds without weight, the pay beside that of the median honest member, and what evidence across rounds did', () => {
    const members = [0.9, 1.2, 2].map((pay) => ({ ...treatment, pay }))
    const punished = [{ quarantined: 9, repeats: 1 }, { quarantined: 8, repeats: 2 }, { repeats: 0 }]
    const table = attackersTable(summarise([resultOf({}, { attackers: treatment, members, punished })]))
    expect(table.split('\n')[2]).toBe(
      '| dirichlet:0.5 sign-flip × equalised-nnm-gm | 75.0 % | 0.20 | 0.30 | 0.25 | 2 of 3, round 8 | 1.0 |',
    )
  })

  it('is empty when nobody attacked', () => {
    expect(attackersTable(summarise([resultOf({ attack: 'none' }, { attackers: undefined })]))).toBe('')
  })
})
