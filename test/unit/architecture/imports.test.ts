import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')

/**
 * Who may import whom (docs/architecture.md). Pure folders know nothing of adapters, adapters do not know each other, `node` composes them,
 * the two applications know `src` and never each other. What verifies (`replay`, `node`) knows no trainer.
 */
const PURE = ['core', 'protocol', 'aggregation', 'judge', 'why', 'privacy', 'masking', 'data', 'training']
const ADAPTERS = ['chain', 'network', 'storage', 'rpc', 'config', 'observe', 'console']
const ALLOWED: Record<string, string[]> = {
  core: [],
  protocol: ['core'],
  aggregation: ['core', 'protocol'],
  judge: ['core', 'protocol', 'aggregation'],
  why: ['core', 'protocol', 'aggregation'],
  gpu: [],
  secrets: [],
  engine: ['core', 'protocol', 'aggregation', 'gpu'],
  privacy: ['core', 'protocol'],
  masking: ['core', 'protocol'],
  data: ['core', 'protocol'],
  training: ['core', 'protocol', 'gpu', 'data', 'privacy'],
  lab: ['core', 'protocol', 'aggregation', 'masking', 'privacy', 'training', 'data'],
  ...Object.fromEntries(ADAPTERS.map((name) => [name, ['core', 'protocol']])),
  config: ['core', 'protocol', 'secrets'],
  rpc: ['core', 'protocol', 'secrets'],
  signer: ['core', 'protocol'],
  replay: ['core', 'protocol', 'aggregation', 'masking', 'engine', 'judge', 'why', 'chain', 'storage'],
  account: ['core', 'protocol', 'chain', 'config', 'signer'],
  node: ['core', 'protocol', 'aggregation', 'judge', 'why', ...ADAPTERS, 'account', 'engine', 'replay'],
  api: ['core', 'protocol', 'aggregation', 'judge', 'why', ...ADAPTERS, 'secrets', 'account', 'engine', 'replay', 'node'],
  market: ['core', 'protocol', 'chain', 'replay', 'training'],
  insight: ['core', 'protocol', 'data', 'training', 'chain', 'storage'],
  serving: ['core', 'protocol', 'chain', 'market', 'training'],
  program: ['core', 'config', 'console', 'observe', 'node', 'api'],
  coordinator: [...PURE, ...ADAPTERS, 'account', 'engine', 'replay', 'node', 'program'],
  participant: [...PURE, ...ADAPTERS, 'account', 'engine', 'replay', 'node', 'program'],
  // The page runs in a browser: it has the rules of the protocol and the shapes of the API, and no part of a node.
  dashboard: ['core', 'protocol', 'aggregation', 'why', 'chain', 'api'],
  cli: [
    ...PURE,
    ...ADAPTERS,
    'secrets',
    'account',
    'gpu',
    'engine',
    'replay',
    'node',
    'api',
    'lab',
    'market',
    'insight',
    'serving',
    'coordinator',
    'participant',
    'dashboard',
  ],
}
const NO_IO = ['core', 'protocol', 'aggregation', 'judge', 'why', 'privacy', 'masking']

function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) =>
        /\.tsx?$/.test(name) && !name.startsWith('dist/') && !name.includes('node_modules') && !name.includes('assembly/'),
    )
    .map((name) => join(folder, name))
}

/** `src/network/x.ts` → network; `participant/x.ts` → participant. */
function roomOf(file: string): string {
  const parts = relative(ROOT, file).split('/')
  return parts[0] === 'src' ? (parts.length === 2 ? 'src' : parts[1]!) : parts[0]!
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/(?:from|import|import\()\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!)
}

const files = ['src', 'coordinator', 'participant', 'cli', 'dashboard'].flatMap((folder) => sources(join(ROOT, folder)))

describe('architecture', () => {
  it('finds the code', () => {
    expect(files.length).toBeGreaterThan(50)
  })

  it.each(files.map((file) => [relative(ROOT, file), file]))('%s imports only what its room may', (_, file) => {
    const room = roomOf(file)
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue
      const target = roomOf(resolve(dirname(file), specifier))
      if (target === room) continue
      expect(ALLOWED[room] ?? [], `${relative(ROOT, file)} imports ${specifier}`).toContain(target)
    }
  })

  it.each(files.filter((file) => NO_IO.includes(roomOf(file))).map((file) => [relative(ROOT, file), file]))(
    '%s does no I/O',
    (_, file) => {
      const io = importsOf(file).filter((name) =>
        /^node:(fs|net|http|https|child_process|sqlite|dgram|tls|worker_threads)/.test(name),
      )
      // The compiled kernels are read once from the package itself.
      const allowed = file.includes('/aggregation/kernels/') ? ['node:fs'] : []
      expect(io.filter((name) => !allowed.includes(name))).toEqual([])
    },
  )

  it('no file outgrows a reader: 90 % under 320 lines, none above 500', () => {
    const lengths = files
      .filter((file) => !/\/(gen|abi)\//.test(file))
      .map((file) => readFileSync(file, 'utf8').split('\n').length)
      .sort((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length * 0.9)]!).toBeLessThan(320)
    expect(lengths.at(-1)!).toBeLessThan(500)
  })
})
