import { decodeFunctionData, parseEther } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { API_BASE, ROUTES } from '../../../src/api/routes.ts'
import type { AnswerOf, RouteName } from '../../../src/api/routes.ts'
import { problemSchema } from '../../../src/api/schemas.ts'
import { pairLeaf, traceRoot } from '../../../src/aggregation/index.ts'
import { rewardDistributorAbi } from '../../../src/chain/abi/index.ts'
import { delegateVotes, deployGovernance, encodeChanges, propose, readParameters, readRound } from '../../../src/chain/index.ts'
import {
  claimHash,
  decodeSpec,
  depthFor,
  fromHex,
  ledgerLeafHash,
  lowerHex,
  membersRoot,
  merkleRoot,
  rootFromProof,
  specHash,
  toHex,
} from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, MemberLeaf } from '../../../src/protocol/index.ts'
import { ApiWorld } from '../../support/api/api-world.ts'
import { smallUpdate } from '../../support/node/small-task.ts'

let world: ApiWorld
const beforeStart: Record<string, { status: number; body: Record<string, unknown> }> = {}

/** The answer to a path, checked against its schema. */
async function ask<N extends RouteName>(name: N, path: string = ROUTES[name].path): Promise<AnswerOf<N>> {
  const response = await fetch(`${world.url}${path}`)
  const body: unknown = await response.json()
  expect(response.status, JSON.stringify(body)).toBe(200)
  const answer = ROUTES[name].answer.parse(body) as AnswerOf<N>
  // Parsing leaves out what the schema does not name.
  expect(answer).toEqual(body)
  return answer
}

/** Two rounds: in the second two members send the same update. */
beforeAll(async () => {
  world = await ApiWorld.make(
    { updateOf: (round, index) => smallUpdate(round === 2n && index === 3 ? 22 : Number(round) * 10 + index) },
    async (address) => {
      for (const name of ['node', 'rounds'] as const) {
        const response = await fetch(`http://${address}${API_BASE}${ROUTES[name].path}`)
        beforeStart[name] = { status: response.status, body: (await response.json()) as Record<string, unknown> }
      }
    },
  )
  await world.play(1n)
  await world.agree(1n)
  await world.evaluate(1n, 0, { accuracy: 0.5 })
  await world.evaluate(1n, 1, { accuracy: 0.7 })
  const steps = [{ noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }]
  await world.spend(1n, 0, { epsilon: 0.5, total: 2, delta: 1e-5, steps })
  await world.play(2n)
}, 150_000)

afterAll(async () => world[Symbol.asyncDispose]())

describe('pages about a task', () => {
  it('before the start the node says what it waits for, and knows nothing of the task', () => {
    expect(beforeStart['node']!.status).toBe(200)
    expect(ROUTES.node.answer.parse(beforeStart['node']!.body)).toMatchObject({ ready: false, account: null, chain: null })
    expect(beforeStart['rounds']!.status).toBe(503)
    expect(beforeStart['rounds']!.body).toMatchObject({ code: 'API_STARTING' })
  })

  it('node', async () => {
    const node = await ask('node')
    expect(node).toMatchObject({ role: 'coordinator', ready: true, task: '1', decimals: 18 })
    expect(node.duties).toContain('seal')
  })

  it('task', async () => {
    const task = await ask('task')
    expect(task).toMatchObject({ name: 'small', chainId: 31337, governance: null, rpcUrls: [], stopped: false })
    expect(task.terms).toMatchObject({ rewardPerRound: '500000000000000000', operatorShareBps: 1000 })
    expect(task.words.length).toBeGreaterThan(3)
  })

  it('rounds', async () => {
    const { rounds, next } = await ask('rounds', '/rounds?include=rows')
    expect(rounds.map(({ round, state }) => [round, state])).toEqual([
      ['3', 'open'],
      ['2', 'posted'],
      ['1', 'final'],
    ])
    expect(next).toBeNull()
    const [open, second, first] = rounds
    expect(open).toMatchObject({ phase: 'commit', claimHash: null, verdicts: null, rows: null })
    expect(second).toMatchObject({ verdicts: { accepted: 2, inadmissible: 2 }, sealed: 4, height: 2 })
    expect(second!.rows!.map(({ verdict, reason }) => [verdict, reason])).toEqual([
      ['accepted', 'none'],
      ['accepted', 'none'],
      ['inadmissible', 'copy'],
      ['inadmissible', 'copy'],
    ])
    expect(Object.values(first!.verdicts!).reduce((sum, n) => sum + n)).toBe(first!.sealed)
    expect(first).toMatchObject({ height: 1, operatorReward: '50000000000000000' })
    expect(first!.evaluation!['accuracy']).toMatchObject({ members: 2, mean: 0.6 })
    const earned = first!.rows!.reduce((sum, { reward }) => sum + BigInt(reward!), 0n)
    expect(earned + BigInt(first!.operatorReward!)).toBe(BigInt(first!.rewards!))
  })

  it('rounds, page by page', async () => {
    const first = await ask('rounds', '/rounds?limit=2')
    expect(first.rounds.map(({ round }) => round)).toEqual(['3', '2'])
    const second = await ask('rounds', `/rounds?limit=2&before=${first.next}`)
    expect(second).toMatchObject({ rounds: [{ round: '1' }], next: null })
  })

  it('one round, as it happens and afterwards', async () => {
    const open = await ask('round', '/rounds/3')
    expect(open.entries).toHaveLength(4)
    expect(open.entries[0]).toMatchObject({ committed: false, awaited: true, verdict: null })
    expect(open.deadlines!.commit).toBeLessThan(open.deadlines!.post)
    const posted = await ask('round', '/rounds/2')
    const copied = posted.entries.find(({ member }) => member === world.members[3])!
    expect(copied).toMatchObject({ committed: true, attested: true, verdict: 'inadmissible', reward: '0', weight: 0 })
    expect(copied.reason).toContain('sent the same update')
    expect(posted.agreement).toMatchObject({ members: 0, reached: false })
    const final = await ask('round', '/rounds/1')
    expect(final.entries.every(({ reward, score }) => (score === '0') === (reward === '0'))).toBe(true)
  })

  it('how similar the updates were', async () => {
    const gram = await ask('gram', '/rounds/1/gram')
    expect(gram.members).toEqual(world.members)
    expect(gram.cosines).toHaveLength(4)
    expect(gram.cosines[1]![1]).toBe(1)
    expect(gram.cosines[0]![2]).toBeGreaterThan(0.9)
    expect(gram.products[0]![2]).toBe(gram.products[2]![0])
    // Of the second round the two copies are not in the matrix.
    expect((await ask('gram', '/rounds/2/gram')).members).toEqual(world.members.slice(0, 2))
  })

  it('why: the leaves lead to the claim hash on chain, and decide as the claim does', async () => {
    const why = await ask('why', `/rounds/1/members/${world.members[1]}/why`)
    const { chain, contracts } = world.on
    const onChain = await readRound(chain, { ledger: contracts.ledger, task: world.task, round: 1n })
    const claim = claimFrom(why.claim)
    expect(claimHash(1n, 1n, claim)).toBe(onChain.claimHash)
    expect(claimHash(1n, 0n, claimFrom(why.parent.claim))).toBe(claim.parent)
    const rows = why.rows.map(leafFrom)
    expect(membersRoot(rows)).toBe(claim.membersRoot)
    const pairs = why.gram.map(({ hash, product }, p) => pairLeaf({ hash: fromHex(hash as Hash), sum: Number(product) }, p))
    expect(toHex(merkleRoot(pairs, depthFor(pairs.length)))).toBe(claim.gramRoot)
    const trace = why.trace.map(({ words, ...leaf }) => ({ ...leaf, words: words.map(BigInt) }))
    expect(traceRoot(trace)).toBe(claim.traceRoot)
    const { slot, leaf, path } = why.ledgerAfter!
    const after = { ...leaf!, member: leaf!.member as Address, reward: BigInt(leaf!.reward), extra: leaf!.extra as Hash }
    const led = rootFromProof(
      fromHex(ledgerLeafHash(after)),
      slot,
      path.map((hash) => fromHex(hash as Hash)),
    )
    expect(toHex(led)).toBe(claim.ledgerRoot)
    expect(why).toMatchObject({ row: 1, final: true, ledgerBefore: { slot: 1, leaf: null }, norm: null })
    expect(specHash(decodeSpec(why.spec))).toBe(why.parent.claim.parent)
    expect(why.words.verdict).toContain('accepted')
  })

  it('why: a copy names its twin, and an account without a row has none', async () => {
    const copy = await ask('why', `/rounds/2/members/${world.members[3]}/why`)
    expect(copy).toMatchObject({ row: 3, words: { verdict: expect.stringContaining('sent the same update') as string } })
    expect(BigInt(copy.rows[3]!.reasonArg)).toBe(2n)
    const operator = await ask('why', `/rounds/2/members/${world.coordinator.owner}/why`)
    expect(operator.row).toBeNull()
    expect(operator.operatorSlot).toBe(operator.ledgerAfter!.slot)
  })

  it('members, page by page', async () => {
    const { members, next } = await ask('members', '/members?limit=2')
    expect(members.map(({ member }) => member)).toEqual(world.members.slice(0, 2))
    expect(members[0]).toMatchObject({ role: 'member', share: 0.25, claimed: '0', evidence: { quarantined: false } })
    expect(BigInt(members[0]!.earned)).toBeGreaterThan(0n)
    const rest = await ask('members', `/members?limit=100&after=${next}`)
    expect(rest.members.map(({ role }) => role)).toEqual(['member', 'member', 'operator'])
    expect(rest.next).toBeNull()
  })

  it('one member may collect what is final, by the calldata of the answer', async () => {
    const detail = await ask('member', `/members/${world.members[0]}`)
    expect(detail.verdicts.map(({ round, verdict }) => [round, verdict])).toEqual([
      ['2', 'accepted'],
      ['1', 'accepted'],
    ])
    expect(detail.claimable).toMatchObject({ round: '1', slot: 0 })
    const { distributor } = world.on.contracts
    const { functionName, args } = decodeFunctionData({ abi: rewardDistributorAbi, data: detail.data as Hash })
    if (functionName !== 'claim') throw new Error(`the calldata is for ${functionName}`)
    await world.on.governor.write({ doing: 'collect', to: distributor, abi: rewardDistributorAbi, functionName, args })
    await expect.poll(async () => (await ask('member', `/members/${world.members[0]}`)).claimed).toBe(detail.claimable!.amount)
    expect((await ask('member', `/members/${world.members[0]}`)).claimable).toBeNull()
    const economics = await ask('economics')
    expect(economics).toMatchObject({ paid: detail.claimable!.amount, slashed: '0', burned: '0', after: '2' })
    expect(BigInt(economics.funded)).toBe(BigInt(economics.earned) + BigInt(economics.remaining))
  })

  it('evaluations', async () => {
    const { rounds } = await ask('evaluations')
    expect(rounds).toMatchObject([{ round: '1', members: 4, own: null, summary: { accuracy: { least: 0.5, most: 0.7 } } }])
    expect(rounds[0]!.entries.map(({ metrics }) => metrics['accuracy'])).toEqual([0.5, 0.7])
  })

  it('spendings, and the own budget once it was charged', async () => {
    const stated = { epsilon: 0.5, total: 2, delta: 1e-5, steps: [{ noiseMultiplier: 1.1, samplingRate: 0.05, steps: 20 }] }
    const { own, rounds } = await ask('spendings')
    expect(own).toBeNull()
    const member = lowerHex(world.members[0]!)
    expect(rounds).toMatchObject([{ round: '1', entries: [{ member, ...stated }] }])
    const budget = { epsilon: 8, delta: 1e-5, spent: 2, rounds: 4, steps: 80 }
    world.events.emit({ event: 'privacySpent', round: 2n, ...budget })
    expect((await ask('spendings')).own).toEqual({ ...budget, roundsLeft: null })
  })

  it('lineage, down to genesis', async () => {
    const { models } = await ask('lineage')
    expect(models.map(({ round, final }) => [round, final])).toEqual([
      ['2', false],
      ['1', true],
      ['0', true],
    ])
    expect(models[0]!.parent).toBe(models[1]!.claimHash)
    expect(models[1]!.parent).toBe(models[2]!.claimHash)
    expect(models[2]!.parent).toBe((await ask('task')).specHash)
  })

  it('disputes and metrics', async () => {
    expect(await ask('disputes')).toEqual({ disputes: [], penalties: [] })
    const { metrics } = await ask('metrics')
    expect(metrics.find(({ name }) => name === 'quorate_round_number')!.values[0]!.value).toBe(3)
  })

  it('governance is unknown where an account owns the contracts', async () => {
    const response = await fetch(`${world.url}/governance`)
    expect(response.status).toBe(404)
    expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'API_NOT_KNOWN' })
  })

  it('governance, where votes govern: parameters with bounds, and a proposal in words', async () => {
    const { on } = world
    const { contracts, chain, governor: deployer } = on
    const governance = await deployGovernance(deployer, { contracts })
    // The node hears of the block a moment later.
    await expect.poll(async () => (await fetch(`${world.url}/governance`)).status).toBe(200)
    const empty = await ask('governance')
    expect(empty).toMatchObject({ governor: lowerHex(governance.governor), guardian: null, proposals: [] })
    expect(empty.parameters.find(({ name }) => name === 'vault.minBond')).toMatchObject({ unit: 'tokens', min: '1' })
    const voter = on.sender(2)
    await delegateVotes(voter, { vault: contracts.vault, to: voter.address })
    await on.pass(2)
    const parameters = await readParameters(chain, { contracts, governance })
    const calls = encodeChanges([['vault.minBond', parseEther('200')]], { contracts, governance, parameters })
    const { proposal } = await propose(voter, { governance, calls, description: 'raise the minimum bond' })
    await expect
      .poll(async () => (await ask('governance')).proposals)
      .toMatchObject([
        {
          proposal: proposal.toString(),
          state: 'pending',
          proposer: world.members[0],
          description: 'raise the minimum bond',
          calls: [{ words: expect.stringMatching(/^StakeVault\.setMinBond\(200 \w*\)$/) as string }],
          quorum: null,
        },
      ])
    expect(await ask('member', `/members/${world.members[0]}`)).toMatchObject({
      delegate: world.members[0],
      votes: parseEther('1000').toString(),
    })
    expect((await ask('task')).governance).toMatchObject({ timelock: lowerHex(governance.timelock) })
  })
})

type Text<T> = { [K in keyof T]: T[K] extends bigint ? string : T[K] extends Hash ? string : T[K] }

function claimFrom({ ledgerTotal, ...claim }: Text<Claim>): Claim {
  return { ...(claim as Omit<Claim, 'ledgerTotal'>), ledgerTotal: BigInt(ledgerTotal) }
}

function leafFrom({ weight, held, score, ...row }: AnswerOf<'why'>['rows'][number]): MemberLeaf {
  return { ...row, weight: BigInt(weight), held: BigInt(held), score: BigInt(score) } as MemberLeaf
}
