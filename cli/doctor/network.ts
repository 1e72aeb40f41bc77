import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { askChainId, connectChain, displayUrl, findContracts } from '../../src/chain/index.ts'
import type { RpcUrl } from '../../src/chain/index.ts'
import { hostOf } from '../../src/config/index.ts'
import type { CoordinatorConfig, MemberConfig } from '../../src/config/index.ts'
import { isQuorateError, silentLogger } from '../../src/core/index.ts'
import { fetchCertificate, parseCertificates } from '../../src/rpc/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

/** Seconds that the clock of this machine and the time of the newest block may differ on a chain that makes blocks. */
const MOST_SKEW = 60
/** A chain node that answers later than this slows every step of a round, ms. */
const SLOW = 1000

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
const adviceOf = (error: unknown, otherwise: string): string => (isQuorateError(error) ? error.advice : otherwise)

/** Whether a chain node answers, on which chain, and how far its newest block is from the clock here. */
export async function checkRpc(
  rpcUrl: RpcUrl,
  config: Pick<MemberConfig['chain'], 'chainId' | 'ledger'> | undefined,
  signal: AbortSignal,
): Promise<DoctorFinding[]> {
  const name = `chain ${displayUrl(rpcUrl)}`
  try {
    const chainId = config?.chainId ?? (await askChainId([rpcUrl].flat(), signal))
    await using chain = await connectChain({ rpcUrl, chainId, logger: silentLogger, signal })
    const started = performance.now()
    const { number, timestamp } = await chain.publicClient.getBlock()
    const ms = Math.round(performance.now() - started)
    const behind = Math.round(Date.now() / 1000 - Number(timestamp))
    const found = `chain ${chainId}, block ${number}, answers in ${ms} ms`
    const age =
      behind > MOST_SKEW
        ? note(
            'chain time',
            `the newest block is ${behind} s old`,
            'normal where blocks come on demand; elsewhere the chain node lags, or the clock here is wrong',
          )
        : behind < -MOST_SKEW
          ? fault(
              'chain time',
              `the newest block is ${-behind} s ahead of the clock here`,
              'set the clock: timedatectl set-ntp true',
            )
          : ok('chain time', `the newest block is ${behind} s old`)
    const reached = ms > SLOW ? note(name, found, 'take a nearer node: every step of a round asks it') : ok(name, found)
    if (!config) return [reached, age]
    await findContracts(chain, { ledger: config.ledger, signal })
    return [reached, age, ok('contracts', `ledger ${config.ledger}`)]
  } catch (error) {
    return [fault(name, reason(error), adviceOf(error, 'check the URL'))]
  }
}

/** Whether a member reaches its operators, and whether they have the certificates that it knows. */
export async function checkOperators(operators: MemberConfig['coordinator'], signal: AbortSignal): Promise<DoctorFinding[]> {
  return Promise.all(
    operators.map(async ({ address, ca }) => {
      const name = `operator ${address}`
      try {
        const { fingerprint } = await fetchCertificate(address, { signal })
        const pinned = parseCertificates(await readFile(ca, 'utf8')).map(({ fingerprint256 }) => fingerprint256)
        return pinned.includes(fingerprint)
          ? ok(name, 'reached, with the certificate that is known')
          : note(
              name,
              `reached; its certificate ${fingerprint} is not in ${ca}`,
              'right where an authority issued it; otherwise ask the operator for a new invitation',
            )
      } catch (error) {
        return fault(name, reason(error), adviceOf(error, `write the certificate of the operator to ${ca}`))
      }
    }),
  )
}

/** Whether the ports of a node are free. */
export async function checkPorts(
  config: Pick<CoordinatorConfig, 'p2p'> & { grpc?: CoordinatorConfig['grpc'] },
): Promise<DoctorFinding[]> {
  const peers = config.p2p.listen.flatMap((text) => {
    const [, host, port] = /^\/ip[46]\/([^/]+)\/tcp\/(\d+)$/.exec(text) ?? []
    return host === undefined ? [] : [{ host, port: Number(port) }]
  })
  const grpc = config.grpc ? [{ host: hostOf(config.grpc.listen), port: Number(config.grpc.listen.split(':').at(-1)) }] : []
  return Promise.all([...peers, ...grpc].filter(({ port }) => port !== 0).map(checkPort))
}

async function checkPort({ host, port }: { host: string; port: number }): Promise<DoctorFinding> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return ok(`port ${port}`, `free on ${host}`)
  } catch (error) {
    return note(
      `port ${port}`,
      `cannot be had on ${host}: ${reason(error)}`,
      'normal while the node runs; otherwise another program has it',
    )
  } finally {
    server.close()
  }
}
