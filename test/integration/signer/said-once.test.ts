import { privateKeyToAddress } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hold, saidIn, Voice } from '../../../src/node/index.ts'
import type { Message } from '../../../src/protocol/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { openRemoteSigner } from '../../../src/signer/index.ts'
import { DOMAIN, nodeFolder } from '../../support/node/replay-ports.ts'
import type { NodeFolder } from '../../support/node/replay-ports.ts'
import { MEMBERS, roundChain, stateOf } from '../../support/node/round-chain.ts'
import { startReferenceSigner } from '../../support/signer/reference-signer.ts'
import type { ReferenceSigner } from '../../support/signer/reference-signer.ts'

const KEY = `0x${'1b'.repeat(32)}` as const

let signer: ReferenceSigner
let node: NodeFolder | undefined
beforeEach(async () => {
  signer = await startReferenceSigner({ keys: [KEY] })
})
afterEach(async () => {
  await node?.[Symbol.asyncDispose]()
  await signer[Symbol.asyncDispose]()
})

describe('a node with a remote signer', () => {
  it('never asks it for a second statement about one thing, also after a crash and an answer that was lost', async () => {
    const made = await roundChain(1)
    const state = stateOf(made.rounds[0]!, made.genesis)
    node = await nodeFolder(made.task, made.facts)
    const { ports } = node
    const journal = createMemoryJournal()
    const { commitments } = state.seal!
    const said: Message[] = []
    const attest = async (held: bigint): Promise<unknown> => {
      // Each in a process of its own, over one journal.
      const voice = new Voice({
        domain: DOMAIN,
        owner: MEMBERS[1]!.owner,
        account: openRemoteSigner({ url: signer.url, address: privateKeyToAddress(KEY) }),
        said: saidIn(journal),
        publish: async (message) => void said.push(message),
      })
      return hold({ ...ports, voice }).attest!(
        { type: 'attest', key: 'k', commitments, held },
        state,
        new AbortController().signal,
      )
    }
    signer.fault = { status: 503 }
    await expect(attest(5n)).rejects.toMatchObject({ code: 'SIGNER_UNREACHABLE' })
    signer.fault = undefined
    for (const held of [7n, 5n, 0n]) expect(await attest(held)).toMatchObject([{ type: 'attestation', held: 5n }])
    expect(signer.signed).toHaveLength(3)
    expect(new Set(signer.signed.map(({ data }) => data)).size).toBe(1)
    expect(
      new Set(
        said.map((message) => JSON.stringify(message, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))),
      ).size,
    ).toBe(1)
  })
})
