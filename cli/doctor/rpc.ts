import { displayUrl } from '../../src/chain/index.ts'
import type { RpcUrl } from '../../src/chain/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

/** Seconds that the clock of this machine and the time of the newest block may differ on a chain that makes blocks. */
const MOST_SKEW = 60
/** Seconds by which one chain node may be behind another. */
const MOST_LAG = 30
/** A chain node that answers later than this slows every step of a round, ms. */
const SLOW = 1000
/** How long a chain node has for an answer, ms. */
const MOST_MS = 15_000
/** What a node asks at once: calls in a batch, and blocks of events. A chain node that takes less slows it. */
const BATCH = 20
const BLOCKS = 2_000n

interface Asked {
  url: string
  chainId: number
  block: bigint
  timestamp: number
  ms: number
}

/** Each chain node by itself: whether it answers, on which chain, how far behind, and within which limits. */
export async function checkRpc(
  rpcUrl: RpcUrl,
  { chainId, signal }: { chainId: number | undefined; signal: AbortSignal },
): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = []
  const asked: Asked[] = []
  for (const url of [rpcUrl].flat()) {
    const name = `chain ${displayUrl(url)}`
    try {
      const one = await ask(url, signal)
      const wanted = chainId ?? one.chainId
      if (one.chainId !== wanted) {
        findings.push(
          fault(
            name,
            `serves chain ${one.chainId}, and the configuration names chain ${wanted}`,
            'make `rpcUrl` and `chainId` under [chain] name the same chain',
          ),
        )
        continue
      }
      asked.push(one)
      const found = `chain ${one.chainId}, block ${one.block}, answers in ${one.ms} ms`
      findings.push(
        one.ms > SLOW ? note(name, found, 'take a nearer node: every step of a round asks it') : ok(name, found),
        ...(await checkLimits(url, one.block, signal)),
      )
    } catch (error) {
      signal.throwIfAborted()
      findings.push(fault(name, reason(error), 'check the URL, and that the chain node runs; a firewall may be between'))
    }
  }
  return [...findings, ...checkLag(asked), ...checkTime(asked)]
}

/** Chain nodes that are behind the others. */
function checkLag(asked: readonly Asked[]): DoctorFinding[] {
  const newest = Math.max(...asked.map(({ timestamp }) => timestamp))
  return asked.flatMap(({ url, timestamp, block }) =>
    newest - timestamp <= MOST_LAG
      ? []
      : [
          fault(
            `chain ${displayUrl(url)} lag`,
            `its block ${block} is ${newest - timestamp} s older than the newest of the others`,
            'wait until it has caught up, or take another chain node: a node that is behind sees deadlines too late',
          ),
        ],
  )
}

/** The clock of this machine against the newest block. */
function checkTime(asked: readonly Asked[]): DoctorFinding[] {
  if (asked.length === 0) return []
  const newest = Math.max(...asked.map(({ timestamp }) => timestamp))
  const behind = Math.round(Date.now() / 1000 - newest)
  if (behind > MOST_SKEW)
    return [
      note(
        'chain time',
        `the newest block is ${behind} s old`,
        'normal where blocks come on demand; elsewhere the chain node lags, or the clock here is wrong',
      ),
    ]
  if (behind < -MOST_SKEW)
    return [
      fault('chain time', `the newest block is ${-behind} s ahead of the clock here`, 'set the clock: timedatectl set-ntp true'),
    ]
  return [ok('chain time', `the newest block is ${behind} s old`)]
}

/** Batches and ranges of events that the chain node refuses. A node adapts to both, at the price of time. */
async function checkLimits(url: string, head: bigint, signal: AbortSignal): Promise<DoctorFinding[]> {
  if (!/^https?:/.test(url)) return []
  const name = `chain ${displayUrl(url)}`
  const findings: DoctorFinding[] = []
  const batch = await post(
    url,
    Array.from({ length: BATCH }, (_, id) => ({ jsonrpc: '2.0', id, method: 'eth_chainId', params: [] })),
    signal,
  ).catch(reason)
  const answered = Array.isArray(batch) ? batch.filter((one) => 'result' in (one as object)).length : 0
  if (answered < BATCH)
    findings.push(
      note(
        `${name} batches`,
        `answers ${answered} of ${BATCH} calls in a batch`,
        'a node sends smaller batches by itself; a start takes longer. Ask the provider for a higher limit',
      ),
    )
  const from = head > BLOCKS ? head - BLOCKS : 0n
  const range = { fromBlock: hex(from), toBlock: hex(head), address: `0x${'0'.repeat(39)}1` }
  const logs = await call(url, 'eth_getLogs', [range], signal).catch((error: unknown) => ({ refused: reason(error) }))
  if (!Array.isArray(logs))
    findings.push(
      note(
        `${name} events`,
        `refuses the events of ${head - from + 1n} blocks: ${(logs as { refused: string }).refused}`,
        'a node reads smaller ranges by itself; catching up takes longer. Set `fromBlock` under [chain] to the block of the deployment',
      ),
    )
  return findings
}

async function ask(url: string, signal: AbortSignal): Promise<Asked> {
  const started = performance.now()
  const [chainId, block] = (await Promise.all([
    call(url, 'eth_chainId', [], signal),
    call(url, 'eth_getBlockByNumber', ['latest', false], signal),
  ])) as [string, { number: string; timestamp: string }]
  return {
    url,
    chainId: Number(chainId),
    block: BigInt(block.number),
    timestamp: Number(block.timestamp),
    ms: Math.round(performance.now() - started),
  }
}

/** One call, past the queue and the repetitions of a node: the doctor wants to see what the chain node does. */
async function call(url: string, method: string, params: unknown[], signal: AbortSignal): Promise<unknown> {
  const request = { jsonrpc: '2.0', id: 1, method, params }
  const answer = (await (/^wss?:/.test(url) ? overSocket(url, request, signal) : post(url, request, signal))) as {
    result?: unknown
    error?: { message?: string }
  }
  if (answer.error) throw new Error(answer.error.message ?? 'an error without words')
  return answer.result
}

async function post(url: string, body: unknown, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]),
  })
  if (!response.ok) throw new Error(`answers with HTTP status ${response.status}`)
  return response.json()
}

async function overSocket(url: string, request: object, signal: AbortSignal): Promise<unknown> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)])
  const socket = new WebSocket(url)
  try {
    return await new Promise((resolve, reject) => {
      until.addEventListener('abort', () => reject(new Error('does not answer')), { once: true })
      socket.addEventListener('error', () => reject(new Error('the WebSocket cannot be opened')))
      socket.addEventListener('open', () => socket.send(JSON.stringify(request)))
      socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))))
    })
  } finally {
    socket.close()
  }
}

const hex = (number: bigint): string => `0x${number.toString(16)}`

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause instanceof Error ? error.cause.message : ''
  return error.name === 'TimeoutError' ? 'does not answer' : [error.message, cause].filter(Boolean).join(': ')
}
