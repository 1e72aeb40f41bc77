import { serializeTransaction } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAnvil, connectChain, sendEther, signKeyConsent, TransactionSender } from '../../../src/chain/index.ts'
import { isQuorateError, silentLogger } from '../../../src/core/index.ts'
import { signStatement, verifyStatement } from '../../../src/protocol/index.ts'
import type { Hex } from '../../../src/protocol/index.ts'
import { openRemoteSigner } from '../../../src/signer/index.ts'
import type { RemoteSignerOptions } from '../../../src/signer/index.ts'
import { makeAuthority } from '../../support/signer/authority.ts'
import { startReferenceSigner } from '../../support/signer/reference-signer.ts'
import type { ReferenceSigner } from '../../support/signer/reference-signer.ts'

const KEY = `0x${'1b'.repeat(32)}` as const
const LOCAL = privateKeyToAccount(KEY)
const DOMAIN = { chainId: 31_337, ledger: `0x${'22'.repeat(20)}` } as const
const BODY = { task: 1n, round: 7n, claim: `0x${'33'.repeat(32)}` } as const

let signer: ReferenceSigner
const open = (more: Partial<RemoteSignerOptions> = {}) => openRemoteSigner({ url: signer.url, address: LOCAL.address, ...more })

beforeEach(async () => {
  signer = await startReferenceSigner({ keys: [generatePrivateKey(), KEY] })
})
afterEach(async () => signer[Symbol.asyncDispose]())

/** Code and message of the error. */
async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  )
  if (!isQuorateError(error)) throw new Error(`expected an error with a code, and not ${String(error)}`)
  return { code: error.code, message: error.message }
}

const statement = async (account: ReturnType<typeof open>): Promise<Hex> => signStatement(DOMAIN, 'Agreement', BODY, account)

describe('an account with a remote signer', () => {
  it('signs statements as the key itself does, and sends the data of the digest', async () => {
    const signature = await statement(open())
    expect(signature).toBe(await signStatement(DOMAIN, 'Agreement', BODY, LOCAL))
    expect(await verifyStatement(DOMAIN, 'Agreement', BODY, signature, LOCAL.address)).toBe(true)
    expect(signer.signed.map(({ data }) => data.slice(0, 6))).toEqual(['0x1901'])
  })

  it('signs typed data as the key itself does', async () => {
    const about = { chainId: 31_337, vault: DOMAIN.ledger, owner: LOCAL.address, peerKey: BODY.claim }
    expect(await signKeyConsent({ ...about, account: open() })).toBe(await signKeyConsent({ ...about, account: LOCAL }))
  })

  it.each(['eip1559', 'legacy'] as const)('signs an %s transaction as the key itself does', async (type) => {
    const fees = type === 'legacy' ? { type, gasPrice: 5n } : { type, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n }
    const transaction = {
      chainId: 31_337,
      nonce: 3,
      gas: 21_000n,
      to: DOMAIN.ledger,
      value: 1n,
      data: '0x1234',
      ...fees,
    } as const
    expect(await open().signTransaction(transaction)).toBe(await LOCAL.signTransaction(transaction))
    // The signer sees the transaction, and not its hash alone.
    expect(signer.signed[0]!.data).toBe(serializeTransaction(transaction))
  })

  it('sends transactions that a chain takes', async () => {
    await using anvil = await startAnvil({ accounts: 1 })
    await using chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger })
    const rich = new TransactionSender({
      chain,
      account: privateKeyToAccount(anvil.accounts[0]!.privateKey),
      logger: silentLogger,
    })
    await sendEther(rich, { to: LOCAL.address, amount: 10n ** 18n })
    const sender = new TransactionSender({ chain, account: open(), logger: silentLogger })
    await sendEther(sender, { to: DOMAIN.ledger, amount: 5n })
    expect(await chain.publicClient.getBalance({ address: DOMAIN.ledger })).toBe(5n)
  })
})

describe('a signer', () => {
  it('is checked without a signature', async () => {
    await open().check()
    expect(signer.signed).toEqual([])
  })

  it.each([
    ['that is silent', 'silent', 'SIGNER_UNREACHABLE', /no answer for 300 ms/],
    ['that fails', { status: 503 }, 'SIGNER_UNREACHABLE', /status 503/],
    ['that refuses', { status: 403 }, 'SIGNER_REFUSED', /another token or certificate/],
    ['that says something else', { text: 'hello' }, 'SIGNER_REFUSED', /something else than a signature/],
    ['whose signature has another form', { text: `0x${'11'.repeat(64)}00` }, 'SIGNER_MISMATCH', /v is neither 27 nor 28/],
    ['whose s is large', { text: `0x${'11'.repeat(32)}${'ff'.repeat(32)}1b` }, 'SIGNER_MISMATCH', /s is above half/],
    ['that signs other data', { text: `0x${'11'.repeat(32)}${'22'.repeat(32)}1b` }, 'SIGNER_MISMATCH', /instead of 0x/],
  ] as const)('%s fails with a code, and is asked again', async (_what, fault, code, words) => {
    const account = open({ timeoutMs: 300 })
    // It knows the key when the trouble begins.
    await account.check()
    signer.fault = fault
    const failed = await failure(statement(account))
    expect(failed).toMatchObject({ code, message: expect.stringMatching(words) as string })
    // The next signature is asked for as if nothing had been.
    signer.fault = undefined
    expect(await verifyStatement(DOMAIN, 'Agreement', BODY, await statement(account), LOCAL.address)).toBe(true)
  })

  it('that is away is unreachable, and signs again when it is back', async () => {
    const account = open()
    const { port } = signer
    await signer[Symbol.asyncDispose]()
    expect(await failure(account.check())).toMatchObject({ code: 'SIGNER_UNREACHABLE' })
    expect(await failure(statement(account))).toMatchObject({ code: 'SIGNER_UNREACHABLE' })
    signer = await startReferenceSigner({ keys: [KEY], port })
    await account.check()
    await statement(account)
  })

  it('without the key is named with those that it has', async () => {
    const address = privateKeyToAccount(generatePrivateKey()).address
    const { code, message } = await failure(open({ address }).check())
    expect(code).toBe('SIGNER_MISMATCH')
    expect(message).toContain(address)
    expect(message).toContain(LOCAL.address)
  })

  it('asks for a token, which no error shows', async () => {
    await using guarded = await startReferenceSigner({ keys: [KEY], token: 'a secret token' })
    const { url } = guarded
    await open({ url, token: 'a secret token' }).check()
    for (const token of [undefined, 'a stranger']) {
      const failed = await failure(open({ url, token }).check())
      expect(failed.code).toBe('SIGNER_REFUSED')
      expect(failed.message).not.toContain('stranger')
    }
  })

  it('takes certificates of its clients, and is known by its own', async () => {
    const [server, clients] = [await makeAuthority('signer'), await makeAuthority('clients')]
    const { certificate, key } = await server.issue('127.0.0.1')
    await using guarded = await startReferenceSigner({ keys: [KEY], tls: { certificate, key, clientCa: clients.certificate } })
    const { url } = guarded
    const own = await clients.issue('node')
    const account = open({ url, tls: { ca: server.certificate, ...own } })
    await account.check()
    await statement(account)
    const wrong = [
      { ca: server.certificate },
      { ca: clients.certificate, ...own },
      { ca: server.certificate, ...(await server.issue('node')) },
    ]
    for (const tls of wrong) expect(await failure(open({ url, tls }).check())).toMatchObject({ code: 'SIGNER_UNREACHABLE' })
    expect(guarded.signed.length).toBe(1)
  })

  it('is not waited for once the node stops', async () => {
    signer.fault = 'silent'
    const stopping = new AbortController()
    const checking = failure(open({ timeoutMs: 600_000 }).check(stopping.signal))
    stopping.abort()
    expect(await checking).toMatchObject({ code: 'CANCELLED' })
  })
})
