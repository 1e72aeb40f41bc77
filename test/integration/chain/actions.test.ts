import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { getAddress, parseEther, zeroAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fraudJudgeAbi, roundLedgerAbi } from '../../../src/chain/abi/index.ts'
import {
  MemoryTransactionJournal,
  TransactionSender,
  allocate,
  bond,
  claimReward,
  connectChain,
  deployQuorate,
  finalizeWithQuorum,
  findContracts,
  forceCommit,
  fundRewards,
  leaveTask,
  mintDevelopmentTokens,
  readAccount,
  readClaim,
  readClaimed,
  readCurrentRound,
  readFinality,
  readForcedCommitments,
  readHead,
  readLedgerEvents,
  readMembers,
  readOperators,
  readRound,
  readTask,
  readTokenBalance,
  readVault,
  registerKeys,
  releaseStake,
  sendEther,
  signKeyConsent,
  standingClaims,
  failRound,
  readSeat,
  takeSeat,
  withdraw,
} from '../../../src/chain/index.ts'
import {
  forcedHashOf,
  ZERO_HASH,
  claimHash,
  ledgerLevels,
  ledgerRoot,
  merkleProof,
  signStatement,
  toHex,
} from '../../../src/protocol/index.ts'
import type { LedgerLeaf } from '../../../src/protocol/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import {
  BOND,
  RULES,
  WINDOWS,
  claimOn,
  enrol,
  genesis,
  hash,
  hotSender,
  openTask,
  reject,
  peerKeyOf,
  startTestChain,
  sealAndPost,
} from './harness.ts'
import type { TestChain } from './harness.ts'

/** Accounts 1 and 2 are operators, 3 … 6 members; 3 alone holds no quorum. */
describe('actions on a real node', () => {
  let on: TestChain
  let task: bigint

  beforeAll(async () => {
    on = await startTestChain({ mining: 'automine' })
    for (const index of [1, 2]) await enrol(on, index, 'operator')
    for (const index of [3, 4, 5, 6]) await enrol(on, index, 'member')
    task = await openTask(on)
  })
  afterAll(() => on[Symbol.asyncDispose]())

  it('deploys contracts that name each other', async () => {
    const { deployment, chain } = on
    const found = await findContracts(chain, { ledger: deployment.ledger })
    expect(found).toEqual({
      ledger: deployment.ledger,
      vault: deployment.vault,
      distributor: deployment.distributor,
      token: deployment.token,
      judge: zeroAddress,
    })
    expect(await chain.publicClient.readContract({ address: deployment.judge, abi: fraudJudgeAbi, functionName: 'ledger' })).toBe(
      deployment.ledger,
    )
    expect(deployment.transactions).toBe(18)
    expect(deployment.gasUsed).toBeGreaterThan(0n)
    expect(deployment.toBlock).toBeGreaterThan(deployment.fromBlock)
    expect(await readVault(chain, deployment)).toMatchObject({
      minBond: RULES.minBond,
      minOperatorBond: RULES.minOperatorBond,
      unbondingDelay: RULES.unbondingDelay,
      totalBonded: 6n * BOND,
      totalAllocated: 6n * BOND,
    })
  })

  it('deploys for another owner and another token', async () => {
    const owner = on.sender(2).address
    const second = await deployQuorate(on.sender(3), { owner, token: on.contracts.token })
    expect(second).toMatchObject({ token: on.contracts.token, developmentToken: false, transactions: 19 })
    const takeBack = { to: second.ledger, abi: roundLedgerAbi, functionName: 'transferOwnership', doing: 'take it back' } as const
    await expect(on.sender(3).write({ ...takeBack, args: [on.sender(3).address] })).rejects.toMatchObject({
      code: 'TRANSACTION_REVERTED',
      details: { error: 'OwnableUnauthorizedAccount', args: [on.sender(3).address] },
    })
  })

  it('reads a task, its head and its open round', async () => {
    const { chain, contracts, sender } = on
    const { ledger } = contracts
    expect(await readTask(chain, { ledger, task })).toMatchObject({
      task,
      operator: sender(1).address,
      windows: WINDOWS,
      quorumBps: 6667,
      currentRound: 1n,
      funded: parseEther('1000'),
      founder: on.governor.address,
      judge: getAddress(on.deployment.judge),
      judgeRetired: false,
      stopped: false,
      predecessor: 0n,
    })
    expect(await readHead(chain, { ledger, task })).toEqual({ round: 0n, claimHash: claimHash(task, 0n, genesis) })
    const round = await readCurrentRound(chain, { ledger, task })
    expect(round).toMatchObject({ task, round: 1n, state: 'commit', operator: sender(1).address, snapshot: round.openedAt - 1 })
    expect(round.sealEnd - round.openedAt).toBe(120)
    await expect(readTask(chain, { ledger, task: 99n })).rejects.toMatchObject({
      code: 'TRANSACTION_REVERTED',
      details: { error: 'UnknownTask', args: [99n, task] },
    })
  })

  it('reads accounts, the snapshot of a round and the operators', async () => {
    const { chain, contracts, sender, hot } = on
    const { vault, ledger } = contracts
    expect(await readAccount(chain, { vault, task, owner: sender(4).address })).toEqual({
      owner: sender(4).address,
      role: 'member',
      bonded: BOND,
      free: 0n,
      allocated: BOND,
      eligible: BOND,
      operatorEligible: false,
      freeAt: 0,
      slot: 1,
      operatorKey: hot(4).address,
      peerKey: peerKeyOf(4),
    })
    const { snapshot: timepoint } = await readCurrentRound(chain, { ledger, task })
    const { members, totalStake } = await readMembers(chain, { vault, task, timepoint })
    expect(totalStake).toBe(4n * BOND)
    expect(members).toEqual(
      [3, 4, 5, 6].map((index, slot) => ({
        member: sender(index).address,
        operatorKey: hot(index).address,
        peerKey: peerKeyOf(index),
        slot,
        stake: BOND,
      })),
    )
    const future = timepoint + 10_000_000
    await expect(readMembers(chain, { vault, task, timepoint: future })).rejects.toMatchObject({
      details: { error: 'FutureLookup' },
    })
    const operators = await readOperators(chain, { vault, task })
    expect(operators.map(({ owner }) => owner)).toEqual([sender(1).address, sender(2).address])
  })

  it('refuses bonds that cannot count and keys that are taken, before anything is sent', async () => {
    const { chain, contracts, governor } = on
    const { vault, token } = contracts
    const poor = on.sender(7)
    await expect(bond(poor, { ...contracts, amount: BOND })).rejects.toMatchObject({ code: 'TOKEN_BALANCE_TOO_LOW' })
    await mintDevelopmentTokens(governor, { token, to: poor.address, amount: BOND })
    await expect(allocate(poor, { vault, task, role: 'member', amount: 5n })).rejects.toMatchObject({
      code: 'STAKE_TOO_LOW',
      details: { minimum: RULES.minBond },
    })
    await expect(allocate(poor, { vault, task, role: 'operator', amount: parseEther('200') })).rejects.toMatchObject({
      code: 'STAKE_TOO_LOW',
    })
    const { account } = on.hot(3)
    const peerKey = peerKeyOf(7)
    const consent = await signKeyConsent({ chainId: chain.chainId, vault, owner: poor.address, peerKey, account })
    await expect(registerKeys(poor, { vault, operatorKey: account.address, peerKey, consent })).rejects.toMatchObject({
      code: 'TRANSACTION_REVERTED',
      details: { error: 'KeyTaken', args: [account.address, on.sender(3).address] },
    })
    expect(await chain.publicClient.getTransactionCount({ address: poor.address })).toBe(0)
    await expect(mintDevelopmentTokens(poor, { token, to: poor.address, amount: 1n })).rejects.toMatchObject({
      details: { error: 'OwnableUnauthorizedAccount', args: [poor.address] },
    })
    await expect(fundRewards(on.sender(9), { ...contracts, task, amount: 1n })).rejects.toMatchObject({
      code: 'TOKEN_BALANCE_TOO_LOW',
    })
  })

  it('takes forced commitments in, once per member', async () => {
    const { chain, contracts } = on
    const { ledger } = contracts
    const commitment = hash('forced')
    const member = on.sender(3).address
    const own = { member, commitment, signature: '0x' } as const
    await forceCommit(hotSender(on, 3), { ledger, task, round: 1n, commitments: [own] })
    expect(await readForcedCommitments(chain, { ledger, task, round: 1n })).toEqual([{ member, commitment }])
    const { forcedHash } = await readCurrentRound(chain, { ledger, task })
    expect(forcedHash).toBe(forcedHashOf([{ member, commitment }]))
    // Somebody else brings what two members signed; the one that has a commitment is skipped.
    const domain = { chainId: chain.chainId, ledger }
    const signed = await Promise.all(
      [3, 4].map(async (index) => {
        const body = { task, round: 1n, member: on.sender(index).address, commitment: hash(`signed ${index}`) }
        return { ...body, signature: await signStatement(domain, 'Commitment', body, on.hot(index).account) }
      }),
    )
    await forceCommit(on.sender(9), { ledger, task, round: 1n, commitments: signed })
    const forced = [
      { member, commitment },
      { member: signed[1]!.member, commitment: signed[1]!.commitment },
    ]
    expect(await readForcedCommitments(chain, { ledger, task, round: 1n })).toEqual(forced)
    expect((await readCurrentRound(chain, { ledger, task })).forcedHash).toBe(forcedHashOf(forced))
    const stranger = { member: on.sender(9).address, commitment, signature: '0x' } as const
    await expect(forceCommit(on.sender(9), { ledger, task, round: 1n, commitments: [stranger] })).rejects.toMatchObject({
      details: { error: 'NotMember', args: [on.sender(9).address] },
    })
    expect(await readForcedCommitments(chain, { ledger, task, round: 2n })).toEqual([])
  })

  it('posts a claim, makes it final by quorum and pays from it', async () => {
    const { chain, contracts, sender } = on
    const { ledger, distributor, token } = contracts
    const owner = sender(3).address
    const leaf: LedgerLeaf = { member: owner, reward: parseEther('0.5'), strikes: 0, reputation: 8192, extra: ZERO_HASH }
    const rows = new Map([[0, leaf]])
    const parent = claimHash(task, 0n, genesis)
    const claim = claimOn(parent, { ledgerRoot: ledgerRoot(rows), ledgerTotal: leaf.reward, members: 4 })

    await expect(sealAndPost(sender(9), { ledger, task, round: 1n, claim })).rejects.toMatchObject({
      details: { error: 'NotHolder', args: [sender(9).address, sender(1).address] },
    })
    await expect(sealAndPost(hotSender(on, 2), { ledger, task, round: 1n, claim })).rejects.toMatchObject({
      details: { error: 'NotHolder' },
    })
    await expect(
      sealAndPost(hotSender(on, 1), { ledger, task, round: 1n, claim: { ...claim, parent: hash('x') } }),
    ).rejects.toMatchObject({
      details: { error: 'WrongParent' },
    })
    expect(await readClaim(chain, { ledger, task, round: 1n })).toBeUndefined()

    const posted = await sealAndPost(hotSender(on, 1), { ledger, task, round: 1n, claim })
    expect(posted).toMatchObject({ recovered: false })
    expect(posted.gasUsed).toBeGreaterThan(21_000n)
    expect(posted.effectiveGasPrice).toBeGreaterThan(0n)
    const standing = claimHash(task, 1n, claim)
    expect(await readClaim(chain, { ledger, task, round: 1n })).toEqual({
      claim,
      claimHash: standing,
      operator: sender(1).address,
      status: 'posted',
      blockNumber: posted.blockNumber,
      transactionHash: posted.hash,
    })
    expect(await readHead(chain, { ledger, task })).toEqual({ round: 1n, claimHash: standing })
    expect((await readCurrentRound(chain, { ledger, task })).round).toBe(2n)
    expect(await readFinality(chain, { ledger, task, round: 1n })).toMatchObject({ final: false, status: 'posted' })

    const proof = merkleProof(ledgerLevels(rows), 0).map(toHex)
    const reward = { distributor, task, round: 1n, claim, leaf, slot: 0, proof }
    await expect(claimReward(sender(3), reward)).rejects.toMatchObject({ code: 'ROUND_NOT_FINAL' })

    const domain = { chainId: chain.chainId, ledger }
    const agree = async (index: number) => ({
      member: sender(index).address,
      signature: await signStatement(domain, 'Agreement', { task, round: 1n, claim: standing }, on.hot(index).account),
    })
    const agreements = await Promise.all([6, 3, 5].map(agree))
    const common = { ledger, task, round: 1n, claimHash: standing }
    await expect(finalizeWithQuorum(sender(9), { ...common, agreements: agreements.slice(1) })).rejects.toMatchObject({
      details: { error: 'QuorumMissed' },
    })
    const forged = { member: sender(4).address, signature: agreements[0]!.signature }
    await expect(finalizeWithQuorum(sender(9), { ...common, agreements: [...agreements, forged] })).rejects.toMatchObject({
      details: { error: 'WrongSigner' },
    })
    await finalizeWithQuorum(sender(9), { ...common, agreements })
    expect(await readFinality(chain, { ledger, task, round: 1n })).toMatchObject({ final: true, status: 'final' })

    const before = await readTokenBalance(chain, { token, owner })
    const paid = await claimReward(sender(9), reward)
    expect(paid.amount).toBe(leaf.reward)
    expect((await readTokenBalance(chain, { token, owner })) - before).toBe(leaf.reward)
    expect(await readClaimed(chain, { distributor, task, member: owner })).toBe(leaf.reward)
    expect(await readClaimed(chain, { distributor, task })).toBe(leaf.reward)
    await expect(claimReward(sender(3), reward)).rejects.toMatchObject({ code: 'NOTHING_TO_CLAIM' })
    await expect(claimReward(sender(3), { ...reward, leaf: { ...leaf, reward: parseEther('0.6') } })).rejects.toMatchObject({
      details: { error: 'WrongProof' },
    })
  })

  it('voids a round nobody posted and lets another operator take one over', async () => {
    const { chain, contracts, sender } = on
    const { ledger, vault } = contracts
    await expect(failRound(sender(9), { ledger, task, round: 2n })).rejects.toMatchObject({ details: { error: 'TooEarly' } })
    await on.pass(301)
    await on.pass(120)
    // A call for another round is refused: one that comes late ends no later round.
    await expect(failRound(sender(9), { ledger, task, round: 1n })).rejects.toMatchObject({
      details: { error: 'NotCurrentRound', args: [1n, 2n] },
    })
    await failRound(sender(9), { ledger, task, round: 2n })
    await expect(failRound(sender(9), { ledger, task, round: 2n })).rejects.toMatchObject({ details: { error: 'NoOpenRound' } })
    expect(await readRound(chain, { ledger, task, round: 2n })).toMatchObject({ status: 'void' })
    expect(await readClaim(chain, { ledger, task, round: 2n })).toBeUndefined()
    expect(await readAccount(chain, { vault, task, owner: sender(1).address })).toMatchObject({ bonded: BOND })
    expect(await readSeat(chain, { ledger, task, operator: sender(1).address })).toMatchObject({ fails: 1 })
    await takeSeat(hotSender(on, 2), { ledger, task })
    await on.pass(60)
    const { claimHash: parent } = await readHead(chain, { ledger, task })
    const { ledgerTotal, ledgerRoot: root } = (await readClaim(chain, { ledger, task, round: 1n }))!.claim
    await sealAndPost(hotSender(on, 2), { ledger, task, round: 3n, claim: claimOn(parent, { ledgerTotal, ledgerRoot: root }) })
    expect(await readTask(chain, { ledger, task })).toMatchObject({ operator: sender(2).address, currentRound: 4n })

    const events = await readLedgerEvents(chain, { contracts, task, fromBlock: on.deployment.fromBlock })
    expect(standingClaims(events).map(({ round }) => round)).toEqual([1n, 3n])
    const rounds = events.filter((event) => 'round' in event).map(({ type, round }) => `${type} ${round}`)
    expect(rounds).toEqual([
      'opened 1',
      'forced 1',
      'forced 1',
      'sealed 1',
      'posted 1',
      'opened 2',
      'finalized 1',
      'claimed 1',
      'failed 2',
      'opened 3',
      'sealed 3',
      'posted 3',
      'opened 4',
    ])
    const joined = events.filter((event) => event.type === 'allocated')
    expect(joined.map(({ role }) => role)).toEqual(['member', 'member', 'member', 'member', 'operator', 'operator'])
    expect(events.find((event) => event.type === 'created')).toMatchObject({ config: { genesisModelRoot: genesis.modelRoot } })
    expect(events.filter((event) => event.type === 'slashed')).toEqual([])
  })

  it('reads back what stands after a rejection', async () => {
    const { chain, contracts, sender } = on
    const { ledger } = contracts
    const judged = await openTask(on)
    expect(await findContracts(on.chain, { ledger: on.contracts.ledger, task: judged })).toMatchObject({
      judge: on.deployment.judge,
    })
    const first = claimOn(claimHash(judged, 0n, genesis), { members: 4 })
    await sealAndPost(hotSender(on, 1), { ledger, task: judged, round: 1n, claim: first })
    const second = claimOn(claimHash(judged, 1n, first), { members: 4 })
    await sealAndPost(hotSender(on, 1), { ledger, task: judged, round: 2n, claim: second })
    const rejection = { abi: roundLedgerAbi, to: ledger, functionName: 'reject', doing: 'reject round 1' } as const
    await expect(sender(9).write({ ...rejection, args: [judged, 1n, sender(9).address] })).rejects.toMatchObject({
      details: { error: 'NotJudge' },
    })
    await reject(on, { task: judged, round: 1n, recipient: sender(9).address })
    expect(await readClaim(chain, { ledger, task: judged, round: 1n })).toBeUndefined()
    expect(await readClaim(chain, { ledger, task: judged, round: 2n })).toBeUndefined()
    expect(await readCurrentRound(chain, { ledger, task: judged })).toMatchObject({
      round: 4n,
      state: 'empty',
      parent: first.parent,
    })
    const again = claimOn(first.parent, { members: 4, evidence: hash('other') })
    await takeSeat(hotSender(on, 2), { ledger, task: judged })
    await sealAndPost(hotSender(on, 2), { ledger, task: judged, round: 4n, claim: again })
    expect((await readClaim(chain, { ledger, task: judged, round: 4n }))?.claim).toEqual(again)
    const events = await readLedgerEvents(chain, { contracts, task: judged })
    expect(standingClaims(events).map(({ claim }) => claim)).toEqual([again])
    expect(events.find((event) => event.type === 'rejected')).toMatchObject({ round: 1n, bounty: parseEther('10') })
    expect(events.findLast((event) => event.type === 'emptied')).toMatchObject({ next: 4n })
  })

  it('leaves, waits, releases and withdraws', async () => {
    const { chain, contracts } = on
    const { vault, token } = contracts
    const leaver = on.sender(6)
    // It joined the task of the test before, too, with as much again.
    const all = 2n * BOND
    await expect(withdraw(leaver, { vault, amount: 1n })).rejects.toMatchObject({ details: { error: 'InsufficientBond' } })
    await leaveTask(leaver, { vault, task })
    const { freeAt, allocated, eligible, bonded } = await readAccount(chain, { vault, task, owner: leaver.address })
    expect({ allocated, eligible, bonded }).toEqual({ allocated: BOND, eligible: 0n, bonded: all })
    await expect(releaseStake(leaver, { vault, task })).rejects.toMatchObject({ details: { error: 'StillLeaving' } })
    const now = Number((await chain.publicClient.getBlock()).timestamp)
    await on.pass(freeAt - now)
    await releaseStake(on.sender(9), { vault, task, owner: leaver.address })
    await withdraw(leaver, { vault, amount: BOND })
    expect(await readTokenBalance(chain, { token, owner: leaver.address })).toBe(BOND)
    await expect(withdraw(leaver, { vault, amount: 1n })).rejects.toMatchObject({ details: { error: 'InsufficientBond' } })
    await expect(leaveTask(leaver, { vault, task })).rejects.toMatchObject({ details: { error: 'NothingAllocated' } })
  })

  it('allows enough gas for a block in a later second than the estimate saw', async () => {
    const { contracts, governor, test } = on
    const member = on.sender(5)
    await mintDevelopmentTokens(governor, { token: contracts.token, to: member.address, amount: 2n })
    await bond(member, { ...contracts, amount: 2n })
    await test.setAutomine(false)
    try {
      // Everything is estimated in the second of the last change of this very bond, and mined a minute later.
      const changing = allocate(member, { vault: contracts.vault, task, role: 'member', amount: 1n })
      await vi.waitUntil(async () => (await test.getTxpoolStatus()).pending === 1, { timeout: 60_000 })
      await test.mine({ blocks: 1 })
      await changing
      const again = allocate(member, { vault: contracts.vault, task, role: 'member', amount: 1n })
      await vi.waitUntil(async () => (await test.getTxpoolStatus()).pending === 1, { timeout: 60_000 })
      await test.increaseTime({ seconds: 60 })
      await test.mine({ blocks: 1 })
      await expect(again).resolves.toMatchObject({ recovered: false })
    } finally {
      await test.setAutomine(true)
    }
  })

  it('says when a sender cannot pay for gas', async () => {
    const stranger = new TransactionSender({ chain: on.chain, account: privateKeyToAccount(generatePrivateKey()) })
    const refused = mintDevelopmentTokens(stranger, { token: on.contracts.token, to: stranger.address, amount: 1n })
    await expect(refused).rejects.toMatchObject({ details: { error: 'OwnableUnauthorizedAccount' } })
    await expect(sendEther(stranger, { to: on.sender(1).address, amount: 0n })).rejects.toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
      details: { address: stranger.address, balance: 0n },
    })
    await expect(sendEther(stranger, { to: on.sender(1).address, amount: 1n })).rejects.toMatchObject({
      code: 'INSUFFICIENT_FUNDS',
    })
    await sendEther(on.governor, { to: stranger.address, amount: parseEther('1') })
    await expect(sendEther(stranger, { to: on.sender(1).address, amount: 1n })).resolves.toMatchObject({ gasUsed: 21_000n })
  })

  it('reads nothing from an address without a ledger', async () => {
    const { chain, contracts } = on
    const wrong = { ledger: contracts.token, task: 1n }
    await expect(readTask(chain, wrong)).rejects.toMatchObject({ code: 'TRANSACTION_REVERTED' })
    await expect(readTask(chain, { ledger: on.sender(1).address, task })).rejects.toMatchObject({ code: 'CONTRACT_NOT_FOUND' })
    await expect(findContracts(chain, { ledger: contracts.vault })).rejects.toMatchObject({ code: 'CONTRACT_NOT_FOUND' })
    await expect(findContracts(chain, { ledger: on.sender(1).address })).rejects.toMatchObject({ code: 'CONTRACT_NOT_FOUND' })
  })

  it('reads and writes over a socket as over http', async () => {
    await using chain = await connectChain({
      rpcUrl: on.anvil.wsUrl,
      chainId: on.chain.chainId,
      logger: silentLogger,
      pollingIntervalMs: 20,
    })
    const journal = new MemoryTransactionJournal()
    const sender = new TransactionSender({ chain, account: on.anvil.accounts[10]!.account, journal })
    await sendEther(sender, { to: on.sender(1).address, amount: 1n })
    expect(journal.pending()).toEqual([])
    expect(await readTask(chain, { ledger: on.contracts.ledger, task })).toMatchObject({ task })
    await expect(readTask(chain, { ledger: on.contracts.ledger, task: 99n })).rejects.toMatchObject({
      details: { error: 'UnknownTask' },
    })
  })
})
