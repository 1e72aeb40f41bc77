import { setTimeout as sleep } from 'node:timers/promises'
import { laggingBackEnd } from '../../support/chain/lagging-back-end.ts'
import { answersOf, errorsFor, errorsOf } from '../../support/chain/rpc-proxy.ts'
import type { ProxiedAnswer, ProxiedRequest, RpcFault } from '../../support/chain/rpc-proxy.ts'
import { partyOf } from '../world.ts'
import type { World } from '../world.ts'
import { between, everyone, oneOf } from './fault.ts'
import type { Blow, Fault, Params } from './fault.ts'

/** A way in which a provider of RPC fails: `make` gives what its proxy does from now on. */
function provider(
  name: string,
  seconds: readonly [number, number],
  make: (world: World, params: Params) => RpcFault | Promise<RpcFault>,
  draw?: (random: () => number) => Params,
  targets: Fault['targets'] = ({ http }) => http,
): Fault {
  return {
    name: `rpc-${name}`,
    group: 'rpc',
    seconds,
    targets,
    draw,
    async inject(world: World, { target, params = {} }: Blow) {
      const proxy = partyOf(world, target).rpc
      if (!proxy) throw new Error(`${target} does not reach the chain by HTTP`)
      const fault = await make(world, params)
      proxy.fault = fault
      return () => {
        if (proxy.fault === fault) proxy.fault = undefined
      }
    },
  }
}

/** Strikes one request in so many. */
function sometimes(random: () => number, chance: number, fault: RpcFault): RpcFault {
  return async (request) => (random() < chance ? fault(request) : undefined)
}

const someChance = (random: () => number): Params => ({ chance: oneOf(random, [0.2, 0.5, 1]) })

async function cutText(request: ProxiedRequest, random: () => number): Promise<{ body: string }> {
  const text = JSON.stringify(answersOf(request, await request.forward()))
  return { body: text.slice(8, 8 + Math.floor(random() * (text.length - 9))) }
}

/** No provider of one program answers, whatever way it has to the chain: connections fall silent, or are refused, or a gateway before the provider fails. */
const down: Fault = {
  name: 'rpc-down',
  group: 'rpc',
  seconds: [5, 40],
  targets: everyone,
  draw: (random) => ({ how: oneOf(random, ['hang', '5xx', 'refused']) }),
  inject(world, { target, params = {} }) {
    const how = params['how']
    const proxy = partyOf(world, target).rpc
    const fault: RpcFault = () =>
      how === 'hang' ? new Promise(() => {}) : how === '5xx' ? { status: 503, body: '<html>unavailable</html>' } : 'drop'
    if (proxy) proxy.fault = fault
    const restore = world.consortium.net.add({
      ...(how === 'hang' ? { stall: true } : { cut: true }),
      concerns: (from, to) => to === 'chain' && from === target,
    })
    return () => {
      restore()
      if (proxy?.fault === fault) proxy.fault = undefined
    }
  },
}

export const rpcFaults: readonly Fault[] = [
  down,
  provider(
    '429',
    [2, 30],
    ({ random }, { chance, retryAfter }) =>
      sometimes(random, Number(chance), () => ({
        status: 429,
        ...(retryAfter ? { headers: { 'retry-after': String(retryAfter) } } : {}),
        body: 'Too Many Requests',
      })),
    (random) => ({ ...someChance(random), retryAfter: between(random, 0, 3) }),
  ),
  provider(
    '5xx',
    [2, 30],
    ({ random }, { chance, status }) =>
      sometimes(random, Number(chance), () => ({ status: Number(status), body: '<html>bad gateway</html>' })),
    (random) => ({ ...someChance(random), status: oneOf(random, [500, 502, 503, 504]) }),
  ),
  provider(
    'internal',
    [2, 20],
    ({ random }, { chance }) =>
      sometimes(random, Number(chance), (request) => errorsOf(request, { code: -32603, message: 'Internal error' })),
    someChance,
  ),
  provider('reset', [2, 30], ({ random }, { chance }) => sometimes(random, Number(chance), () => 'drop'), someChance),
  provider(
    'truncated',
    [2, 20],
    ({ random }, { chance }) => sometimes(random, Number(chance), async (request) => cutText(request, random)),
    someChance,
  ),
  provider(
    'hang',
    [2, 25],
    ({ random }, { chance }) => sometimes(random, Number(chance), async () => new Promise(() => {})),
    someChance,
  ),
  provider(
    'slow',
    [5, 30],
    ({ random }, { ms }) =>
      async () => {
        await sleep(random() * Number(ms))
        return undefined
      },
    (random) => ({ ms: oneOf(random, [200, 1000, 4000]) }),
  ),
  provider(
    'lag',
    [5, 30],
    async ({ consortium, random }, { blocks, chance, hash }) => {
      // The back end follows the head at a distance.
      return async (request) => {
        const { number } = await consortium.miner.head()
        const height = BigInt(Math.max(0, number - Number(blocks)))
        return laggingBackEnd({
          height,
          takes: () => random() < Number(chance),
          unknownHash: hash === 'empty' ? 'empty' : 'error',
        })(request)
      }
    },
    (random) => ({ blocks: between(random, 1, 6), chance: oneOf(random, [0.3, 1]), hash: oneOf(random, ['empty', 'error']) }),
  ),
  provider('shuffled', [5, 30], ({ random }) => async (request) => {
    const answers = await request.forward()
    // Each answer may come twice, in any order: the ids say which is which.
    const sent = answers.flatMap((answer) => (random() < 0.3 ? [answer, answer] : [answer])).sort(() => random() - 0.5)
    return request.batch ? answersOf(request, sent) : undefined
  }),
  provider('lost', [5, 25], ({ random }) => async (request) => {
    const answers = await request.forward()
    return request.batch
      ? answersOf(
          request,
          answers.filter(() => random() < 0.7),
        )
      : undefined
  }),
  provider(
    'short-logs',
    [5, 25],
    ({ consortium: { miner }, random }, { blocks, chance }) =>
      shortLogs(async () => miner.head(), Number(blocks), random, Number(chance)),
    (random) => ({ ...someChance(random), blocks: between(random, 1, 20) }),
  ),
  provider(
    'range',
    [10, 60],
    (_, { limit }) =>
      async (request) =>
        errorsFor(request, ({ method, params }) => method === 'eth_getLogs' && span(params?.[0]) > Number(limit), {
          code: -32602,
          message: `query exceeds max block range ${limit}`,
        }),
    (random) => ({ limit: oneOf(random, [10, 100, 500]) }),
  ),
  provider(
    'batch',
    [10, 60],
    (_, { limit }) =>
      (request) =>
        request.calls.length > Number(limit)
          ? errorsOf(request, { code: -32005, message: `batch of more than ${limit} requests` })
          : undefined,
    (random) => ({ limit: oneOf(random, [1, 3, 10]) }),
  ),
  provider(
    'lies',
    [5, 40],
    ({ random }, { chance }) => falseAnswers(random, Number(chance)),
    (random) => ({ chance: oneOf(random, [0.1, 0.5, 1]) }),
    ({ several }) => several,
  ),
]

function span(filter: unknown): number {
  const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock?: string; toBlock?: string }
  return fromBlock?.startsWith('0x') && toBlock?.startsWith('0x') ? Number(BigInt(toBlock) - BigInt(fromBlock)) + 1 : 1
}

/** A back end that knows the newest blocks and has not indexed their logs yet: it answers with those of older blocks only. */
function shortLogs(head: () => Promise<{ number: number }>, blocks: number, random: () => number, chance: number): RpcFault {
  return async (request) => {
    const [answers, { number }] = await Promise.all([request.forward(), head()])
    const seen = answers.map((answer, index): ProxiedAnswer => {
      if (request.calls[index]!.method !== 'eth_getLogs' || !Array.isArray(answer.result) || random() >= chance) return answer
      return {
        ...answer,
        result: (answer.result as { blockNumber: string }[]).filter((log) => Number(log.blockNumber) <= number - blocks),
      }
    })
    return answersOf(request, seen)
  }
}

/** One of several providers says what is not so: a digit of its answer is another. */
function falseAnswers(random: () => number, chance: number): RpcFault {
  return async (request) => {
    const told = (await request.forward()).map((answer): ProxiedAnswer => {
      if (random() >= chance || answer.result === undefined || answer.result === null) return answer
      const text = JSON.stringify(answer.result)
      const digits = [...text.matchAll(/(?<=0x[0-9a-f]*)[0-9a-f]/g)].map(({ index }) => index)
      if (digits.length === 0) return answer
      const at = oneOf(random, digits)
      const other = ((parseInt(text[at]!, 16) + 1) % 16).toString(16)
      return { ...answer, result: JSON.parse(text.slice(0, at) + other + text.slice(at + 1)) as unknown }
    })
    return answersOf(request, told)
  }
}
