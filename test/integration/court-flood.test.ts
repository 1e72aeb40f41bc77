import { expect, it } from 'vitest'
import { approve, expireRequest, readOwed, readRequests, requestLeaf, requestNode } from '../../src/chain/index.ts'
import { CourtTree } from '../../src/protocol/index.ts'
import { courtPlay } from '../support/judge/court-play.ts'
import { startJudgedChain } from '../support/judge/judged-chain.ts'
import { TASK } from '../support/judge/random-round.ts'
import { recordedRound, silentOperator } from '../support/judge/silent-operator.ts'
import { hotSender } from './chain/harness.ts'

const ASKERS = [0, 1, 2, 3, 4]
/** Units that one account may have open about one claim. */
const UNITS = 16

it('M1: a node answers all that five members may ask at once, in two transactions', async () => {
  await using on = await startJudgedChain()
  const court = courtPlay(on)
  const round = await recordedRound(5, court.domain())
  const body: Parameters<typeof court.play>[2] = async ({ dispute, now, bond }) => {
    const { court: address } = on.deployment
    const { claim } = dispute
    const about = { court: address, token: on.contracts.token, task: TASK, round: 2n, claim, spec: round.honest.spec }
    const tree = CourtTree.ledger
    const { token } = on.contracts
    for (const asker of ASKERS) await approve(court.senderOf(asker), { token, spender: address, amount: 20n * bond })
    const asked = await Promise.all(
      ASKERS.flatMap((asker) => {
        const sender = court.senderOf(asker)
        return Array.from({ length: UNITS }, (_, i) => requestLeaf(sender, { ...about, tree, index: BigInt(asker * UNITS + i) }))
      }),
    )
    const more = { ...about, tree, level: 0, index: 0n }
    await expect(requestNode(court.senderOf(0), more)).rejects.toMatchObject({ details: { error: 'TooManyRequests' } })

    const first = await on.chain.publicClient.getBlockNumber()
    const operator = silentOperator(on, round, round.honest, dispute, now)
    await operator.answerAll()
    const cases = await readRequests(on.chain, { court: address, task: TASK, round: 2n })
    expect(cases.length).toBe(asked.length)
    expect(cases.every(({ status }) => status === 'answered')).toBe(true)
    const mined = await Promise.all(
      Array.from({ length: Number((await on.chain.publicClient.getBlockNumber()) - first) }, (_, i) =>
        on.chain.publicClient.getBlock({ blockNumber: first + BigInt(i + 1) }),
      ),
    )
    expect(mined.flatMap(({ transactions }) => transactions).length).toBe(2)
    const account = hotSender(on, 1).address
    expect(await readOwed(on.chain, { keeper: address, account })).toBe(BigInt(asked.length) * bond)

    await on.pass(Number((await court.rules()).answerWindow))
    await expect(expireRequest(court.senderOf(0), { court: address, target: asked[0]!.target })).rejects.toMatchObject({
      details: { error: 'NotOpen' },
    })
    expect(await court.status()).toBe('posted')
    // There is room again.
    await requestNode(court.senderOf(0), more)
  }
  await court.play(round, round.honest, body, { accounts: ASKERS, answers: false })
})
