import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  answerRequest,
  expireRequest,
  readAccount,
  readClaim,
  readCourt,
  readCourtOfJudge,
  readCurrentRound,
  readMayAsk,
  readOwed,
  readRequest,
  readRequests,
  readTokenBalance,
  refundRequest,
  requestChunk,
  requestLeaf,
  requestNode,
  requestStakes,
  requestSums,
  mintDevelopmentTokens,
} from '../../../src/chain/index.ts'
import { TraceKind } from '../../../src/aggregation/index.ts'
import { sealParts } from '../../../src/judge/index.ts'
import type { ClaimParts } from '../../../src/judge/index.ts'
import { buildAnswer } from '../../../src/judge/answers/index.ts'
import type { CommitmentEvidence } from '../../../src/judge/answers/index.ts'
import { openMember, openPair, openTrace } from '../../../src/judge/proofs/openings.ts'
import {
  commitmentOf,
  CourtTree,
  courtUnits,
  fromHex,
  keccak,
  signStatement,
  toHex,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Address, Claim } from '../../../src/protocol/index.ts'
import { randomRound, REWARD } from '../../support/judge/random-round.ts'
import { BOND, enrol, hash, hotSender, openTask, startTestChain, sealAndPost, UNIT_BOND } from './harness.ts'
import type { TestChain } from './harness.ts'

const SALT = hash('salt')
/** Units that the asker can pay for. */
const BONDS = 40n

describe('the data court', () => {
  let on: TestChain
  let court: Address
  let parts: ClaimParts
  let parent: Claim
  let claim: Claim
  let evidence: CommitmentEvidence
  const asker = 3
  const answerer = 7

  beforeAll(async () => {
    on = await startTestChain()
    for (const operator of [1, 2]) await enrol(on, operator, 'operator')
    await enrol(on, 3, 'member')
    court = on.deployment.court
    const round = randomRound(3)
    parts = round.honest
    parent = parts.parent.claim
    await openTask(on, {
      spec: parts.spec,
      falseClaimPenalty: 80n * REWARD,
    })
    const { token, ledger } = on.contracts
    await mintDevelopmentTokens(on.governor, { token, to: on.sender(asker).address, amount: BONDS * UNIT_BOND })
    // A real member's row in place of one of the round's: its signature must hold.
    const row = parts.rows.findIndex((leaf) => leaf.verdict >= 3)
    const member = on.sender(3).address
    const commitment = commitmentOf(1n, 2n, member, parts.rows[row]!.updateRoot, SALT)
    const domain = { chainId: on.chain.chainId, ledger }
    const signature = await signStatement(domain, 'Commitment', { task: 1n, round: 2n, member, commitment }, on.hot(3).account)
    evidence = { source: viaSignature(signature), attestation: '0x', salt: SALT }
    const signatureHash = toHex(keccak(fromHex(signature)))
    parts.rows = parts.rows.map((leaf, i) =>
      i === row ? { ...leaf, member, commitment, signatureHash, held: 0n, attestationHash: ZERO_HASH } : leaf,
    )
    claim = { ...sealParts(parts), ledgerTotal: parent.ledgerTotal }
    parts.ledgerTotal = parent.ledgerTotal
    await on.pass(60)
    await sealAndPost(hotSender(on, 1), { ledger, task: 1n, round: 1n, claim: parent })
    await on.pass(60)
    await sealAndPost(hotSender(on, 1), { ledger, task: 1n, round: 2n, claim })
  })

  afterAll(() => on[Symbol.asyncDispose]())

  const about = () => ({ court, token: on.contracts.token, task: 1n, round: 2n, claim, spec: parts.spec })
  /** What an account holds and may collect. */
  const balance = async (index: number): Promise<bigint> => {
    const account = on.sender(index).address
    const owed = [court, on.contracts.vault].map(async (keeper) => readOwed(on.chain, { keeper, account }))
    const held = readTokenBalance(on.chain, { token: on.contracts.token, owner: account })
    return (await Promise.all([held, ...owed])).reduce((sum, one) => sum + one, 0n)
  }

  it('is found from the judge and returns its parameters', async () => {
    expect(await readCourtOfJudge(on.chain, { judge: on.deployment.judge })).toBe(court)
    expect(await readCourt(on.chain, { court, task: 1n })).toEqual({
      unitBond: UNIT_BOND,
      answerWindow: 75n,
      minWindow: 1n,
      fullWindow: 1310n,
    })
  })

  it('moves the bond of every kind of request to the account that answers it', async () => {
    const stakes = openTrace(parts, TraceKind.stakes)
    const admitted = parts.rows.findIndex((leaf) => leaf.verdict >= 3)
    const ask = on.sender(asker)
    const asked = [
      await requestStakes(ask, about()),
      await requestNode(ask, { ...about(), tree: CourtTree.model, level: 0, index: 0n }),
      await requestLeaf(ask, { ...about(), tree: CourtTree.gram, index: 0n, stakes }),
      await requestLeaf(ask, { ...about(), tree: CourtTree.members, index: BigInt(admitted) }),
      await requestChunk(ask, { ...about(), member: openMember(parts, admitted), segment: 0n }),
    ]
    const sums = parts.gram[0]![0]!.length > 1
    if (sums) asked.push(await requestSums(ask, { ...about(), pair: openPair(parts, 0, 0), level: 0, index: 0n }))
    const units = BigInt(asked.reduce((sum, { target }) => sum + courtUnits(target.kind, target.tree), 0))
    expect(await balance(asker)).toBe((BONDS - units) * UNIT_BOND)

    const open = (await readRequests(on.chain, { court, task: 1n, round: 2n })).filter(({ status }) => status === 'open')
    expect(open.map(({ id }) => id)).toEqual(asked.map(({ id }) => id))
    for (const { target } of open) {
      const answer = buildAnswer(parts, target, () => evidence)!
      await answerRequest(on.sender(answerer), { court, answer })
    }
    expect(await balance(answerer)).toBe(units * UNIT_BOND)
    const cases = await readRequests(on.chain, { court, task: 1n, round: 2n })
    for (const { status, answer, target } of cases) {
      expect(status).toBe('answered')
      const built = buildAnswer(parts, target, () => evidence)!
      expect(answer).toMatchObject({ answerer: on.sender(answerer).address, functionName: built.functionName })
    }
    expect(await readRequest(on.chain, { court, id: asked[0]!.id })).toMatchObject({ status: 'answered' })
    await expect(
      answerRequest(on.sender(8), { court, answer: buildAnswer(parts, asked[0]!.target, () => evidence)! }),
    ).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED', details: { error: 'NotOpen' } })
  })

  it('takes requests of the committee alone', async () => {
    const ask = { court, task: 1n, round: 2n }
    expect(await readMayAsk(on.chain, { ...ask, caller: on.sender(asker).address })).toBe(true)
    expect(await readMayAsk(on.chain, { ...ask, caller: on.hot(asker).address })).toBe(true)
    expect(await readMayAsk(on.chain, { ...ask, caller: on.sender(1).address })).toBe(false)
    const { token } = on.contracts
    await mintDevelopmentTokens(on.governor, { token, to: on.sender(10).address, amount: UNIT_BOND })
    const fresh = { ...about(), tree: CourtTree.ledger, level: 1, index: 1n }
    await expect(requestNode(on.sender(10), fresh)).rejects.toMatchObject({ details: { error: 'NotInCommittee' } })
  })

  it('refuses a wrong answer and a request it cannot serve', async () => {
    const ask = on.sender(asker)
    const { target } = await requestNode(ask, { ...about(), tree: CourtTree.members, level: 0, index: 0n })
    const answer = buildAnswer(parts, target, () => evidence)!
    const [, nodes, path] = answer.args as [unknown, string[], string[]]
    const wrong = { ...answer, args: [target, [hash('made up'), ...nodes.slice(1)], path] }
    await expect(answerRequest(on.sender(answerer), { court, answer: wrong })).rejects.toMatchObject({
      details: { error: 'NotInTree' },
    })
    await answerRequest(on.sender(answerer), { court, answer })
    await expect(requestStakes(on.sender(9), about())).rejects.toMatchObject({ code: 'TOKEN_BALANCE_TOO_LOW' })
    await expect(requestNode(ask, { ...about(), tree: CourtTree.model, level: 9, index: 0n })).rejects.toMatchObject({
      details: { error: 'NothingThere' },
    })
  })

  it('rejects the claim when nobody answers', async () => {
    const ask = on.sender(asker)
    const before = await balance(asker)
    const first = await requestNode(ask, { ...about(), tree: CourtTree.transition, level: 0, index: 0n })
    const second = await requestNode(ask, { ...about(), tree: CourtTree.ledger, level: 0, index: 0n })
    await expect(expireRequest(on.sender(8), { court, target: first.target })).rejects.toMatchObject({
      details: { error: 'TooEarly' },
    })
    await on.pass(76)
    await expireRequest(on.sender(8), { court, target: first.target })
    const { ledger, vault } = on.contracts
    expect(await readClaim(on.chain, { ledger, task: 1n, round: 2n })).toBeUndefined()
    expect(await readCurrentRound(on.chain, { ledger, task: 1n })).toMatchObject({ round: 4n, state: 'empty' })
    expect((await readAccount(on.chain, { vault, task: 1n, owner: on.sender(1).address })).bonded).toBe(BOND - 80n * REWARD)
    await refundRequest(on.sender(8), { court, target: second.target })
    expect(await balance(asker)).toBe(before + 16n * REWARD)
    const statuses = (await readRequests(on.chain, { court, task: 1n, round: 2n })).map(({ status }) => status)
    expect(statuses.slice(-2)).toEqual(['expired', 'refunded'])
  })
})
