// Writes docs/events.md from the catalogue in src/node/events/catalogue.ts; `--check` fails when the page is stale.
import { z } from 'zod'
import { EVENTS } from '../src/node/events/catalogue.ts'
import { writePage } from './docs/write-page.ts'

interface Field {
  description?: string
  type?: string | string[]
  enum?: string[]
  items?: { properties?: Record<string, Field> }
}

function typeOf({ type, enum: values }: Field): string {
  if (values) return values.map((value) => `\`${value}\``).join(', ')
  return [type ?? 'string'].flat().join(' or ')
}

const sections = Object.entries(EVENTS).map(([name, { when, fields }]) => {
  const schema = z.toJSONSchema(fields, { unrepresentable: 'any', io: 'input' }) as {
    properties?: Record<string, Field>
    required?: string[]
  }
  const required = new Set(Object.keys(fields.shape).filter((key) => !isOptional(fields.shape, key)))
  const rows = Object.entries(schema.properties ?? {}).flatMap(([key, field]) => [
    `| \`${key}\` | ${typeOf(field)}${required.has(key) ? '' : ', optional'} | ${field.description ?? ''} |`,
    ...Object.entries(field.items?.properties ?? {}).map(
      ([inner, part]) => `| \`${key}[].${inner}\` | ${typeOf(part)} | ${part.description ?? ''} |`,
    ),
  ])
  return `## ${name}\n\n${when}\n\n| field | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`
})

function isOptional(shape: Record<string, z.ZodType>, key: string): boolean {
  return shape[key]!.safeParse(undefined).success
}

const text = `# Events

Made from \`src/node/events/catalogue.ts\` by \`node scripts/events-doc.ts\`. With \`--json\` a running node prints one event a line: an object with the field \`event\`,
the fields below, \`time\` (ISO 8601, of the machine) and \`seq\` (number of the event in this run, from 1). Whole numbers that may exceed 2^53 (rounds, token wei, gas) are decimal strings.

${sections.join('\n')}`
writePage('docs/events.md', text, 'scripts/events-doc.ts')
