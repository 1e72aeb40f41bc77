// Writes docs/configuration.md from the schemas of the configuration files in src/config; `--check` fails when the page is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { coordinatorSchema } from '../src/config/coordinator-config.ts'
import { memberSchema } from '../src/config/member-config.ts'

/** A part of a JSON schema, as far as the configuration uses it. `form`, `unit` and `example` are words of our own. */
interface Node {
  type?: string
  form?: string
  unit?: string
  description?: string
  example?: unknown
  default?: unknown
  const?: unknown
  enum?: unknown[]
  minimum?: number
  exclusiveMinimum?: number
  maximum?: number
  items?: Node
  anyOf?: Node[]
  oneOf?: Node[]
  properties?: Record<string, Node>
  required?: string[]
}

const FILES = { 'coordinator.toml': coordinatorSchema('/'), 'member.toml': memberSchema('/') }
const [coordinator, member] = Object.values(FILES).map((schema) => z.toJSONSchema(schema, { io: 'input' }) as Node) as [
  Node,
  Node,
]

/** Whole numbers without an upper bound have this one in the schema. */
const unbounded = (maximum: number | undefined): boolean => maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER

function typeOf(node: Node): string {
  const { form, unit, anyOf, oneOf, properties, items } = node
  if (form !== undefined) return form
  if (node.const !== undefined) return toml(node.const)
  if (node.enum) return node.enum.map(toml).join(', ')
  const forms = anyOf ?? oneOf
  if (forms) return forms.map(typeOf).join(' or ')
  if (items) return `list of ${typeOf(items)}`
  if (properties)
    return `{ ${Object.entries(properties)
      .map(([name, { const: only }]) => (only === undefined ? name : `${name} = ${toml(only)}`))
      .join(', ')} }`
  if (node.type === 'boolean') return '`true` or `false`'
  if (node.type === 'string') return 'text'
  const from = node.exclusiveMinimum === undefined ? `${node.minimum ?? 0}` : `above ${node.exclusiveMinimum}`
  const bounds = unbounded(node.maximum) ? `from ${from}` : `${from} to ${node.maximum}`
  return `${node.type === 'integer' ? 'whole number' : 'number'} ${bounds}${unit === undefined ? '' : `, ${unit}`}`
}

/** A value as TOML writes it in a line. */
function toml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toml).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, item]) => `${key} = ${toml(item)}`)
  return `{ ${entries.join(', ')} }`
}

function linesOf({ description }: Node): string[] {
  if (description === undefined) throw new Error('a section or a field of src/config has no description')
  return description.split('\n')
}
/** The fields of a section; of `coordinator`, those of one of its tables. */
const fieldsOf = (section: Node): Node => section.anyOf?.[0] ?? section

function sectionText(name: string, section: Node): string {
  const { properties = {}, required = [] } = fieldsOf(section)
  const fields = Object.entries(properties)
  const rows = fields.map(([field, node]) => {
    const standard = node.default === undefined ? (required.includes(field) ? 'required' : '–') : `\`${toml(node.default)}\``
    return `| \`${field}\` | ${typeOf(node).replaceAll('|', '\\|')} | ${standard} | ${linesOf(node)[0]} |`
  })
  const more = fields.flatMap(([field, node]) =>
    linesOf(node)
      .slice(1)
      .map((line) => `* \`${field}\`: ${line}`),
  )
  return [
    `### [${name}]`,
    '',
    ...linesOf(section),
    '',
    '| field | type | default | meaning |',
    '|---|---|---|---|',
    ...rows,
    ...(more.length > 0 ? ['', ...more] : []),
  ].join('\n')
}

function exampleText(file: string, { properties = {}, required = [] }: Node): string {
  const lines = [`# ${file}: lines behind a single # are optional, with their default or an example.`]
  const plain = (text: string): string => text.replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
  for (const [name, section] of Object.entries(properties)) {
    const fields = fieldsOf(section)
    const header = section.anyOf ? `[[${name}]]` : `[${name}]`
    const optional = !required.includes(name) && section.default === undefined
    lines.push('', `## ${plain(linesOf(section)[0]!)}`, optional ? `#${header}` : header)
    for (const [field, node] of Object.entries(fields.properties ?? {})) {
      const value = node.default ?? node.example
      if (value === undefined) throw new Error(`${name}.${field} has neither a default nor an example`)
      const needed = !optional && fields.required?.includes(field) === true && node.default === undefined
      lines.push(`## ${plain(linesOf(node)[0]!)}`, `${needed ? '' : '#'}${field} = ${toml(value)}`)
    }
  }
  return ['```toml', ...lines, '```'].join('\n')
}

const shared = Object.keys(coordinator.properties!).filter(
  (name) => JSON.stringify(coordinator.properties![name]) === JSON.stringify(member.properties![name]),
)
const own = (file: Node): string =>
  Object.entries(file.properties!)
    .filter(([name]) => !shared.includes(name))
    .map(([name, section]) => sectionText(name, section))
    .join('\n\n')

const text = `# Configuration

Made from the schemas in \`src/config\` by \`node scripts/config-doc.ts\`. An operator's node reads \`coordinator.toml\`, a member's node \`member.toml\`. \`quorate watch --config\`
and \`quorate doctor --config\` read the same files. \`quorate deploy\`, \`coordinator init\` and \`member join\` write them.

* The files are [TOML](https://toml.io). A field that does not exist, or has another type, ends a command with CONFIG_INVALID, which names file, line and field.
* Paths begin at the folder of the file.
* A key is a path, or another place: a variable, a descriptor, a keystore, or a signer for accounts ([keys.md](keys.md)).

## Sections of both files

${shared.map((name) => sectionText(name, coordinator.properties![name]!)).join('\n\n')}

## Sections of coordinator.toml

${own(coordinator)}

## Sections of member.toml

${own(member)}

## Examples

${exampleText('coordinator.toml', coordinator)}

${exampleText('member.toml', member)}
`
const path = new URL('../docs/configuration.md', import.meta.url)
if (process.argv.includes('--check')) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    console.error('docs/configuration.md is stale: run `node scripts/config-doc.ts`')
    process.exit(1)
  }
} else {
  writeFileSync(path, text)
}
