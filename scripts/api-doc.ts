// Writes the reference in docs/api.md from the table of paths in src/api/routes.ts; `--check` fails when the page is stale.
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { ROUTES } from '../src/api/routes.ts'
import type { Route } from '../src/api/routes.ts'
import { writePage } from './docs/write-page.ts'

interface Field {
  description?: string
  type?: string | string[]
  enum?: string[]
  pattern?: string
  anyOf?: Field[]
  items?: Field
  properties?: Record<string, Field>
  additionalProperties?: Field | boolean
  $ref?: string
}

const BEGIN = '<!-- made by scripts/api-doc.ts: begin -->'
const END = '<!-- made by scripts/api-doc.ts: end -->'

/** What strings stand for, by their pattern. */
const TEXTS: Record<string, string> = {
  '^0x[0-9a-f]{64}$': 'hash',
  '^0x[0-9a-f]{40}$': 'address',
  '^0x([0-9a-f]{2})*$': 'hex bytes',
  '^(0|[1-9][0-9]*)$': 'decimal string',
  '^(0|-?[1-9][0-9]*)$': 'decimal string',
}

function typeOf(field: Field): string {
  if (field.anyOf) return field.anyOf.map(typeOf).join(' or ')
  if (field.enum) return field.enum.map((value) => `\`${value}\``).join(', ')
  if (field.type === 'array') return `list of ${field.items ? typeOf(field.items) : 'values'}`
  if (field.type === 'string' && field.pattern) return TEXTS[field.pattern] ?? 'string'
  return [field.type ?? 'object'].flat().join(' or ')
}

/** The schema of an object behind null and lists, whose fields have lines of their own. */
function objectIn(field: Field): { inner: Field; list: boolean } | undefined {
  if (field.properties) return { inner: field, list: false }
  if (field.items) {
    const found = objectIn(field.items)
    return found && { inner: found.inner, list: true }
  }
  for (const one of field.anyOf ?? []) {
    const found = objectIn(one)
    if (found) return found
  }
  return undefined
}

/** How deep fields are listed; OpenAPI has all of them. */
const DEPTH = 2

function linesOf(fields: Record<string, Field>, prefix = '', depth = 1): string[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const found = objectIn(field)
    const path = `${prefix}${name}`
    const line = `| \`${path}\` | ${typeOf(field)} | ${field.description ?? ''} |`
    if (!found || depth >= DEPTH) return [line]
    return [line, ...linesOf(found.inner.properties!, `${path}${found.list ? '[]' : ''}.`, depth + 1)]
  })
}

/** Named parts are written out where they are used. */
function schemaOf(schema: z.ZodType): Field {
  const made = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output' }) as Field & { $defs?: Record<string, Field> }
  const whole = (field: unknown): unknown => {
    if (Array.isArray(field)) return field.map(whole)
    if (typeof field !== 'object' || field === null) return field
    const { $ref, ...own } = field as Field
    const named = $ref === undefined ? {} : (made.$defs?.[$ref.replace('#/$defs/', '')] ?? {})
    return Object.fromEntries(Object.entries({ ...named, ...own }).map(([key, value]) => [key, whole(value)]))
  }
  const { $defs: _defs, ...top } = made
  return whole(top) as Field
}

function sectionOf({ path, summary, query, answer }: Route): string {
  const asked = linesOf(schemaOf(query).properties ?? {})
  const head = `### ${path}\n\n${summary}\n`
  const parameters = asked.length === 0 ? '' : `\n| query | type | meaning |\n|---|---|---|\n${asked.join('\n')}\n`
  const { properties = {} } = schemaOf(answer)
  return `${head}${parameters}\n| field | type | meaning |\n|---|---|---|\n${linesOf(properties).join('\n')}\n`
}

const page = new URL('../docs/api.md', import.meta.url)
const text = readFileSync(page, 'utf8')
const [before, rest] = text.split(BEGIN)
const after = rest?.split(END)[1]
if (before === undefined || after === undefined) throw new Error(`docs/api.md has no lines ${BEGIN} and ${END}`)
const sections = Object.values(ROUTES).map((route: Route) => sectionOf(route))
const made = `${before}${BEGIN}\n\n${sections.join('\n')}\n${END}${after}`
writePage('docs/api.md', made, 'scripts/api-doc.ts')
