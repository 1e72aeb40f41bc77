import { expect, it } from 'vitest'
import { readRequests, requestLeaf, requestRows } from '../../src/chain/index.ts'
import { CourtTree, toHex, word } from '../../src/protocol/index.ts'
import { courtPlay } from '../support/judge/court-play.ts'
import { startJudgedChain } from '../support/judge/judged-chain.ts'
import { TASK } from '../support/judge/random-round.ts'
import { recordedRound, silentOperator } from '../support/judge/silent-operator.ts'

it('a node answers requests for rows about an old claim, with the statements that its record has of them', async () => {
  await using on = await startJudgedChain()
  const court = courtPlay(on)
  const round = await recordedRound(5, court.domain())
  const body: Parameters<typeof court.play>[2] = async ({ dispute, now }) => {
    const { court: address } = on.deployment
    const about = { court: address, token: on.contracts.token, task: TASK, round: 2n, claim: dispute.claim }
    // As many more as the ledger lets be undecided at once.
    const later = Array.from({ length: 62 }, (_, i) => ({
      ...dispute,
      round: dispute.round + 1n + BigInt(i),
      claimHash: toHex(word(BigInt(i + 1))),
      transactionHash: dispute.claimHash,
    }))
    const operator = silentOperator(on, round, round.honest, dispute, now, later)
    const open = async (): Promise<string[]> => {
      await operator.answerAll()
      return (await readRequests(on.chain, { court: address, task: TASK, round: 2n })).map(({ status }) => status)
    }

    await requestRows(court.senderOf(0), { ...about, group: 0n })
    expect(await open()).toEqual(['answered'])
    await requestLeaf(court.senderOf(0), { ...about, spec: round.honest.spec, tree: CourtTree.members, index: 0n })
    expect(await open()).toEqual(['answered', 'answered'])
  }
  await court.play(round, round.honest, body, { accounts: [0], answers: false })
})
