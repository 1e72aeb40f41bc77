import { z } from 'zod'
import { hostPortField, pathField, taskIdField } from './fields.ts'
import { readConfig } from './read-config.ts'
import { commonSections } from './sections.ts'

export function coordinatorSchema(folder: string) {
  return z.strictObject({
    ...commonSections(folder, { keepRounds: 'all' }),
    /** `spec`, `document` and `genesis`: the files that `quorate deploy` wrote; members receive them from here. */
    task: z.strictObject({ id: taskIdField, spec: pathField(folder), document: pathField(folder), genesis: pathField(folder) }),
    grpc: z
      .strictObject({
        listen: hostPortField.default('127.0.0.1:0'),
        /** Names and addresses for the certificate of the first start. */
        hosts: z.array(z.string().min(1)).default([]),
      })
      .prefault({}),
  })
}

type Schema = ReturnType<typeof coordinatorSchema>
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
  return await readConfig(path, coordinatorSchema)
}
