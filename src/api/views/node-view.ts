import { readFileSync } from 'node:fs'
import type { Readiness } from '../../node/index.ts'
import type { ApiNode } from '../reading/api-node.ts'
import type { NodeFacts } from '../reading/node-facts.ts'
import type { NodeAnswer } from '../schemas.ts'

export interface NodeViewNeeds {
  role: NodeAnswer['role']
  task: bigint
  facts: NodeFacts
  ready: () => Promise<Readiness>
  now: () => number
}

const VERSION = (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string })
  .version

/** `/node`. @param node undefined before it has started */
export async function nodeView(
  { role, task, facts, ready, now }: NodeViewNeeds,
  node: Pick<ApiNode, 'clock' | 'duties' | 'network'> | undefined,
): Promise<NodeAnswer> {
  const { started } = facts
  const { ok, node: own, chain, peers } = await ready()
  const waitsFor = own['waitsFor']
  const secondsSince = chain['secondsSince']
  return {
    version: VERSION,
    role,
    task: task.toString(),
    account: started?.account ?? null,
    duties: node ? [...node.duties] : [],
    startedAt: started?.at ?? null,
    now: Math.floor(now()),
    chain: node ? { now: node.clock.now(), block: node.clock.latest.number.toString() } : null,
    ready: ok,
    readiness: {
      node: { ok: own.ok, waitsFor: typeof waitsFor === 'string' ? waitsFor : null },
      chain: { ok: chain.ok, secondsSince: typeof secondsSince === 'number' ? secondsSince : null },
      peers,
    },
    waits: facts.waits(),
    addresses: node ? node.network.addresses() : [],
    grpc: started?.address ?? null,
    decimals: started?.decimals ?? null,
    training:
      started?.backend === undefined
        ? null
        : { backend: started.backend, detail: started.backendDetail ?? null, samples: started.samples ?? null },
  }
}
