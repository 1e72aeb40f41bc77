import { z } from 'zod'
import { defaultListen } from './default-listen.ts'
import { hostPortField, pathField, taskIdField } from './fields.ts'
import { readConfig } from './read-config.ts'
import { commonSections, p2pFields } from './sections.ts'

/** Schema of `coordinator.toml`. Paths begin at `folder`. */
export function coordinatorSchema(folder: string) {
  const file = (name: string) => pathField(folder).meta({ example: name })
  return z.strictObject({
    ...commonSections(folder, { keepRounds: 'all' }),
    task: z
      .strictObject({
        id: taskIdField.describe('Number of the task.'),
        spec: file('spec.json').describe('Specification.'),
        document: file('document.json').describe('Task document.'),
        genesis: file('genesis.i32').describe('Genesis model.'),
      })
      .describe('The task, and the files of it that `quorate deploy` or `task create` wrote. Members receive them from here.'),
    p2p: z
      .strictObject({
        ...p2pFields,
        relay: z
          .boolean()
          .default(true)
          .describe('Whether the coordinator relays between members that cannot dial each other ([Networks](networks.md)).'),
      })
      .prefault({})
      .describe('Connections to other nodes ([Addresses](operations.md#addresses)).'),
    grpc: z
      .strictObject({
        listen: hostPortField
          .default('127.0.0.1:0')
          .describe(
            'Where members join.\nThe default serves members of this machine only, on a port that is another one at each start: name a port, `0.0.0.0:7050`, as `deploy` and `coordinator init` write it.',
          ),
        hosts: z
          .array(z.string().min(1))
          .default([])
          .describe('Names and addresses for the certificate of the first start, beside `localhost`.'),
      })
      .prefault({})
      .describe('The server that members join.'),
  })
}

/** Fills in what follows from other fields. */
const complete = (folder: string) =>
  coordinatorSchema(folder).transform(({ p2p, ...config }) => ({
    ...config,
    p2p: { ...p2p, listen: p2p.listen ?? [defaultListen([config.grpc.listen])] },
  }))

type Schema = ReturnType<typeof complete>
/** A coordinator's configuration: every path absolute, every default filled in. */
export type CoordinatorConfig = z.output<Schema>
/** What is written into the file. */
export type CoordinatorConfigInput = z.input<Schema>

/**
 * Reads a coordinator's configuration file. CONFIG_NOT_FOUND, CONFIG_INVALID naming file and field.
 *
 * @example
 * const config = await readCoordinatorConfig('coordinator.toml')
 * config.chain.ledger // Address
 */
export async function readCoordinatorConfig(path: string): Promise<CoordinatorConfig> {
  return await readConfig(path, complete)
}
