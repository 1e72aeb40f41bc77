import { z } from 'zod'
import { address, count, natural, seconds } from './common.ts'

/** `/node`: who this node is, and whether it can do its duties. */
export const nodeSchema = z
  .object({
    version: z.string().describe('version of Quorate'),
    role: z.enum(['coordinator', 'member', 'watch']).describe('program that runs the node'),
    task: natural.describe('number of the task'),
    account: address.nullable().describe('owner address that the node speaks for; null before the node has started'),
    duties: z.array(z.string()).describe('duties of the node; none before it has started'),
    startedAt: seconds.nullable().describe('when the node began to take part, by the clock of its machine'),
    now: seconds.describe('clock of the machine'),
    chain: z
      .object({
        now: seconds.describe('time of the chain, as the node knows it'),
        block: natural.nullable().describe('newest block that the node has seen'),
      })
      .nullable()
      .describe('null before the node follows the chain'),
    ready: z.boolean().describe('whether the node can do its duties'),
    readiness: z.object({
      node: z.object({ ok: z.boolean(), waitsFor: z.string().nullable().describe('condition that the start waits for') }),
      chain: z.object({ ok: z.boolean(), secondsSince: count.nullable().describe('seconds since the chain answered') }),
      peers: count.describe('peers that are connected'),
    }),
    waits: z
      .array(
        z.object({
          duty: z.string().nullable().describe('duty that waits; null for the node as a whole'),
          reason: z.string().describe('condition that it waits for'),
          since: seconds.nullable().describe('since when, by the clock of the machine'),
        }),
      )
      .describe('what the node waits for now'),
    addresses: z.array(z.string()).describe('multiaddrs that peers dial'),
    grpc: z.string().nullable().describe('host:port of the gRPC server of an operator'),
    decimals: count.nullable().describe('decimals of the token; null before the node has started'),
    training: z
      .object({
        backend: z.string().describe('back end that trains'),
        detail: z.string().nullable().describe('its device'),
        samples: count.nullable().describe('samples that this member trains on'),
      })
      .nullable()
      .describe('null for a node that does not train'),
  })
  .meta({ id: 'Node' })
export type NodeAnswer = z.infer<typeof nodeSchema>
