import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { coordinatorSchema } from '../../../src/config/coordinator-config.ts'
import { memberSchema } from '../../../src/config/member-config.ts'
import { parseConfig } from '../../../src/config/read-config.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')

/** The example of a file in docs/configuration.md. */
function exampleOf(file: string): string {
  const found = [...page.matchAll(/```toml\n([\s\S]*?)```/g)]
    .map(([, text]) => text!)
    .find((text) => text.startsWith(`# ${file}`))
  if (found === undefined) throw new Error(`docs/configuration.md has no example of ${file}`)
  return found
}

/** The same with what is optional switched on. */
const everything = (text: string): string => text.replaceAll(/^#(?=\[|\w+ = )/gm, '')

describe.each([
  ['coordinator.toml', coordinatorSchema('/etc/quorate')],
  ['member.toml', memberSchema('/etc/quorate')],
] as const)('the example of %s', (file, schema: z.ZodType) => {
  it('is read as it stands, and with every field', () => {
    expect(() => parseConfig(file, exampleOf(file), schema)).not.toThrow()
    expect(() => parseConfig(file, everything(exampleOf(file)), schema)).not.toThrow()
  })

  it('has every section and field of the schema', () => {
    const { properties = {} } = z.toJSONSchema(schema, { io: 'input' })
    const written = parse(everything(exampleOf(file)))
    expect(Object.keys(written)).toEqual(Object.keys(properties))
    for (const [name, section] of Object.entries(properties)) {
      const fields = (section as z.core.JSONSchema.JSONSchema).properties
      if (fields) expect(Object.keys(written[name] as object), name).toEqual(Object.keys(fields))
    }
  })

  it('shows the defaults where there are any', () => {
    const defaults = parseConfig(file, exampleOf(file), schema) as Record<string, object>
    const shown = parseConfig(file, everything(exampleOf(file)), schema) as Record<string, Record<string, unknown>>
    const differing = Object.entries(defaults).flatMap(([name, section]) =>
      Object.entries(section).flatMap(([field, value]) => {
        const there: unknown = shown[name]?.[field]
        return JSON.stringify(there, bigints) === JSON.stringify(value, bigints) ? [] : [`${name}.${field}`]
      }),
    )
    expect(differing).toEqual([])
  })
})

const bigints = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)
