import { parseEther } from 'viem'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseDemoFlags } from '../../cli/demo/options.ts'
import { runDemo } from '../../cli/demo/run-demo.ts'
import type { DemoSummary } from '../../cli/demo/summary.ts'
import type { Output } from '../../src/console/index.ts'
import { LONG } from '../support/long.ts'

const LIE_ROUND = 2
const story: string[] = []
const output: Output = { json: true, result: () => {}, story: (line) => story.push(line) }

async function run(lyingOperator?: string): Promise<DemoSummary> {
  story.length = 0
  const options = parseDemoFlags({
    members: 3,
    rounds: 3,
    attack: ['none'],
    rule: 'nnmGm',
    model: 'mlp',
    partition: 'dirichlet:1',
    backend: 'wasm',
    seed: 7,
    json: true,
    keep: false,
    ...(lyingOperator ? { lyingOperator, lieRound: LIE_ROUND } : {}),
  })
  return runDemo(options, output, AbortSignal.timeout(400_000))
}

/**
 * The real programs: an operator that posts a false claim in one round, a standby operator, and members whose watchers
 * prove the fault. `npm run demo:lies` runs all faults; `test/integration/watcher.test.ts`
 * has each of them proved on a chain.
 */
describe.runIf(LONG)('a lie of the operator is proved, and changes nothing', { timeout: 900_000 }, () => {
  let honest: DemoSummary

  beforeAll(async () => {
    honest = await run()
  }, 300_000)

  it('the honest run reports no fraud', () => {
    expect(honest).toMatchObject({ ok: true, rounds: 3 })
    // Seal and claim of each round, and once the seat.
    expect(honest.operatorTxPerRound).toBeGreaterThanOrEqual(2)
    expect(honest.operatorTxPerRound).toBeLessThanOrEqual(3)
    expect(honest.fraud).toBeUndefined()
  })

  it('a Gram matrix of other updates', async () => {
    const summary = await run('gram')
    expect(summary).toMatchObject({
      ok: true,
      rounds: 3,
      modelRoot: honest.modelRoot,
      rewards: honest.rewards,
      accuracyByRound: honest.accuracyByRound,
      audit: { rounds: 3, match: true },
      fraud: {
        fault: 'gram',
        proof: 'proveGram',
        operatorSlashed: parseEther('800').toString(),
        bounty: parseEther('160').toString(),
        burned: parseEther('640').toString(),
      },
    })
    expect(Object.keys(honest.rewards)).toContain(summary.fraud!.by)
    expect(summary.fraud!.gas).toBeGreaterThan(21_000)
    expect(story.join(' ').replaceAll(/\s+/g, ' ')).toMatch(
      new RegExp(`! round ${LIE_ROUND}: the claim .* was proved false and is rejected`),
    )
  })
})
