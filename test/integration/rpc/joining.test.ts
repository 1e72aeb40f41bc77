import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { expect, test } from 'vitest'
import { AddressBook } from '../../../coordinator/services/address-book.ts'
import { joinMember } from '../../../coordinator/services/join-member.ts'
import { fetchTask, signSession } from '../../../participant/join-coordinator.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import { generatePeerSeed, peerKeyFromSeed } from '../../../src/network/index.ts'
import { peerPrivateKey } from '../../../src/network/peer-key.ts'
import { sealPeerRecord } from '../../../src/network/peer-record.ts'
import { documentHash, encodeSpec, fromHex, lowerHex, specHash } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import type { CoordinatorClient, JoinTarget } from '../../../src/rpc/index.ts'
import { taskSpec } from '../../unit/aggregation/fixtures.ts'
import { Harness, callAs, code } from './harness.ts'

const domain = { chainId: 31_337, ledger: '0x00000000000000000000000000000000000000aa' as Address }
const account = privateKeyToAccount(generatePrivateKey())
const member = lowerHex(account.address)
const peerSeed = generatePeerSeed()
const peerKey = await peerKeyFromSeed(peerSeed)
const membership = {
  account: (owner: Address) => (lowerHex(owner) === member ? { operatorKey: account.address, peerKey } : undefined),
}
const sign = async (target: JoinTarget) => signSession(domain, target, { member, peerKey, account, record: new Uint8Array() })

/** An operator that lets the member in by the rules. */
async function startOperator(operator: Address, task = 7n): Promise<Harness> {
  const harness = await Harness.start()
  harness.handlers.getTask = async () => ({ task, operator: fromHex(operator), time: BigInt(harness.now) })
  harness.handlers.join = async (request) =>
    joinMember(
      {
        domain,
        asked: { task, operator, certificate: harness.tls.certificateHash },
        membership,
        sessions: harness.sessions,
        addresses: new AddressBook({ membership, logger: silentLogger, metrics: noMetrics }),
      },
      request,
    )
  return harness
}

const ALICE: Address = `0x${'a1'.repeat(20)}`
const BOB: Address = `0x${'b2'.repeat(20)}`
const signing = (harness: Harness): CoordinatorClient => harness.client({ signJoin: sign })

test('a session names its task, its operator and its certificate, and opens nothing elsewhere', async () => {
  await using alice = await startOperator(ALICE)
  await using bob = await startOperator(BOB)
  await callAs(signing(alice), member)
  const target = await signing(alice).joinTarget()
  expect(target).toEqual({ task: 7n, operator: ALICE, certificate: alice.tls.certificateHash, time: alice.now })
  const raw = bob.client({ signJoin: undefined })
  const forBob = { ...target, operator: BOB, certificate: bob.tls.certificateHash }
  const request = await sign(forBob)
  await expect(raw.join(await sign(target))).rejects.toThrow(code('SESSION_MISDIRECTED'))
  await expect(raw.join(await sign({ ...forBob, task: 8n }))).rejects.toThrow(code('MESSAGE_WRONG_TASK'))
  await expect(raw.join(await sign({ ...forBob, certificate: target.certificate }))).rejects.toThrow(code('SESSION_MISDIRECTED'))
  // Saying the right names over a signature of others helps nobody.
  for (const other of [target, { ...forBob, task: 8n }, { ...forBob, certificate: target.certificate }]) {
    const forged = { ...request, signature: (await sign(other)).signature! }
    await expect(raw.join(forged)).rejects.toThrow(code('SIGNATURE_INVALID'))
  }
  await raw.join(request)
})

test('an operator that poses as another one gets a session that opens nothing there', async () => {
  await using alice = await startOperator(ALICE)
  await using mallory = await startOperator(BOB)
  const stolen: unknown[] = []
  const toAlice = alice.client({ signJoin: undefined })
  mallory.handlers.getTask = async () => toAlice.getTask()
  mallory.handlers.join = async (request) => {
    await toAlice.join(request).catch((error: unknown) => stolen.push(error))
    const { token, expires } = mallory.sessions.open({ member, peerKey, expires: Number(request.expires) })
    return { token, expires: BigInt(expires) }
  }
  await callAs(signing(mallory), member)
  expect(stolen).toEqual([code('SESSION_MISDIRECTED')])
  expect(alice.sessions.size).toBe(0)
})

test.each([3600, 86_400, 10 * 86_400])('an operator whose clock is %d s off lets members in', async (skew) => {
  for (const offset of [skew, -skew]) {
    await using operator = await startOperator(ALICE)
    operator.now = Math.floor(Date.now() / 1000) + offset
    await callAs(signing(operator), member)
    // And again once the session is over.
    operator.now += 3600
    await callAs(signing(operator), member)
  }
})

test('a watch signs again when the operator comes back with another certificate', async () => {
  await using operator = await startOperator(ALICE)
  await using other = await Harness.start()
  const client = operator.client({
    signJoin: async (target) => {
      // The operator changes its certificate between GetTask and Join, once.
      if (operator.tls === first) operator.tls = { ...first, certificateHash: other.tls.certificateHash }
      else operator.tls = { ...first }
      return sign(target)
    },
  })
  const first = operator.tls
  operator.feed.publish({ round: 5n, phase: 1 })
  const controller = new AbortController()
  expect((await client.watchRounds({ signal: controller.signal }).next()).value).toMatchObject({ round: 5n })
  controller.abort()
})

test('an operator that does not say who it is gets no session', async () => {
  await using operator = await startOperator(ALICE)
  operator.handlers.getTask = async () => ({ task: 7n })
  await expect(callAs(signing(operator), member)).rejects.toThrow(code('MESSAGE_MALFORMED'))
})

test('a Join with a garbage record succeeds, says so, and stops nobody else', async () => {
  await using operator = await startOperator(ALICE)
  const client = operator.client({ signJoin: undefined })
  const garbage = new TextEncoder().encode('garbage')
  const target = await client.joinTarget()
  const answer = await client.join({ ...(await sign(target)), peerRecord: garbage })
  expect(answer.refused).toMatchObject([{ address: '', reason: 'MESSAGE_MALFORMED' }])
  expect(answer.peerRecords).toEqual([])
})

test('what a coordinator tells of peers is passed on unread: the network judges it', async () => {
  await using operator = await startOperator(ALICE)
  const spec = taskSpec({ document: documentHash('{}') })
  const record = await sealPeerRecord(await peerPrivateKey(peerSeed), ['/ip4/10.0.0.7/tcp/4001'], 1n)
  operator.handlers.getTask = async () => ({
    chainId: BigInt(domain.chainId),
    ledger: fromHex(domain.ledger),
    specHash: fromHex(specHash(spec)),
    specJson: encodeSpec(spec),
    documentJson: '{}',
    peerRecords: [Uint8Array.of(1), record],
    operator: fromHex(ALICE),
  })
  const offer = await fetchTask(operator.client(), {
    domain,
    events: { emit: () => {} },
    logger: silentLogger,
    signal: AbortSignal.timeout(60_000),
  })
  expect(offer.peerRecords).toEqual([Uint8Array.of(1), record])
})
