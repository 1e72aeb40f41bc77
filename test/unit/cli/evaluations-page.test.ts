import { describe, expect, it } from 'vitest'
import { evaluationsPage } from '../../../cli/model/evaluations-page.ts'
import { evaluationLines } from '../../../cli/status/evaluation-lines.ts'
import type { RoundEvaluations } from '../../../cli/status/read-evaluations.ts'
import { summarise } from '../../../src/node/evaluations/index.ts'

const member = (n: number): `0x${string}` => `0x${String(n).repeat(40)}`

function roundOf(round: bigint, accuracies: readonly number[]): RoundEvaluations {
  const evaluations = accuracies.map((accuracy, n) => ({
    member: member(n),
    stake: 10n,
    samples: 100,
    metrics: { accuracy, loss: 1 - accuracy },
  }))
  return { round, members: 4, evaluations, summary: Object.fromEntries(summarise(evaluations)) }
}

const rounds = [roundOf(1n, [0.5, 0.6, 0.7]), roundOf(2n, [0.8, 0.9, 0.7])]

describe('evaluations as a table', () => {
  it('name mean, spread and the worst member, by what is worse for the metric', () => {
    const [, head, first, second] = evaluationLines(rounds)
    expect(head).toMatch(/^round +metric +members +mean +median +spread +worst +best$/)
    expect(first!.split(/ {2,}/)).toEqual([
      '1',
      'accuracy',
      '3 of 4',
      '0.6000',
      '0.6000',
      '0.0816',
      '0.5000 0x00000000…',
      '0.7000',
    ])
    expect(second!.split(/ {2,}/)).toEqual(['1', 'loss', '3 of 4', '0.4000', '0.4000', '0.0816', '0.5000 0x00000000…', '0.3000'])
  })

  it('say how members come to tell them', () => {
    expect(evaluationLines([])).toEqual([expect.stringContaining('shareEvaluation = true')])
  })
})

describe('evaluations as a page', () => {
  it('have a chart for each metric, the members of the newest round, and the own confusion matrix', () => {
    const own = {
      round: '2',
      samples: 3,
      loss: null,
      accuracy: 0.5,
      metrics: { f1: 0.4 },
      confusion: [
        [2, 0],
        [1, 0],
      ],
    }
    const page = evaluationsPage({ task: 7n, rounds, advice: ['Best <round>'], own })
    expect(page.match(/<svg/g)).toHaveLength(2)
    expect(page).toContain('Best &#60;round&#62;')
    expect(page).toContain(member(2))
    expect(page).toContain('loss –, f1 0.4000')
    expect(page.match(/<td style/g)).toHaveLength(4)
  })

  it('are empty before anybody measured', () => {
    expect(evaluationsPage({ task: 7n, rounds: [], advice: [] })).not.toContain('<svg')
  })
})
