// The whole test suite behind `npm test`: vitest, static checks and contracts side by side, because tests of programs often wait. Runs every step even after a
// failure, and ends with one line `N passed, N failed` where each check counts as one.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')

interface Run {
  code: number
  output: string
}

/** Runs a command; its output is returned, and shown as it comes unless `quiet`. */
async function run(command: string, args: readonly string[], { quiet = false } = {}): Promise<Run> {
  const child = spawn(command, args, {
    cwd: root,
    // Node keeps what it compiled, which every program and every process of a test reads.
    env: {
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/quorate'),
      ...process.env,
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const show = (data: Buffer): void => {
    output += data.toString()
    if (!quiet) process.stdout.write(data)
  }
  child.stdout.on('data', show)
  child.stderr.on('data', show)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

interface Counts {
  passed: number
  failed: number
}

const total: Counts = { passed: 0, failed: 0 }
const failures: string[] = []

function count(name: string, { passed, failed }: Counts): void {
  total.passed += passed
  total.failed += failed
  if (failed > 0) failures.push(name)
}

/** Runs a step and shows its output in one piece, so that two may run side by side. */
async function step(name: string, command: string, args: readonly string[]): Promise<Run> {
  const from = performance.now()
  const result = await run(command, args, { quiet: true })
  console.log(`\n── ${name} (${Math.round((performance.now() - from) / 1000)} s)`)
  process.stdout.write(result.output)
  return result
}

async function check(name: string, command: string, args: readonly string[]): Promise<void> {
  const { code } = await step(name, command, args)
  count(name, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
}

async function typescript(): Promise<void> {
  await check('format', 'oxfmt', ['--check'])
  await check('types', 'tsc', ['-p', '.'])
  await check('lint', 'oxlint', ['--type-aware', '--deny-warnings'])
  await check('wire messages are generated from proto', 'node', ['scripts/proto.ts', '--check'])
  await check('error catalogue is documented', 'node', ['scripts/errors-doc.ts', '--check'])
  await check('the Python package', 'node', ['scripts/python.ts', 'test'])
  await check('Python stubs are generated from proto', 'node', ['scripts/python.ts', 'proto', '--check'])
  await check('the configuration is documented', 'node', ['scripts/config-doc.ts', '--check'])
  await check('events are documented', 'node', ['scripts/events-doc.ts', '--check'])
  await check('the API is documented', 'node', ['scripts/api-doc.ts', '--check'])
  await check('commands are documented', 'node', ['scripts/cli-doc.ts', '--check'])
  await check('metrics are documented', 'node', ['scripts/metrics-doc.ts', '--check'])
  await check('the books of the vault are proved', 'node', ['scripts/prove.ts'])
}

async function contracts(): Promise<void> {
  // All of them at once: the checks below take what this one compiled.
  await check('contracts compile', 'node', ['scripts/build-contracts.ts'])
  await check('contract ABIs are fresh', 'node', ['scripts/abi.ts', '--check'])
  await check('gas and storage layout are as committed', 'node', ['scripts/snapshots.ts', '--check'])
  const { output } = await step('forge', 'node', ['scripts/forge.ts', 'test'])
  const line = /(\d+) tests? passed, (\d+) failed/.exec(stripVTControlCharacters(output))
  count('forge', line ? { passed: Number(line[1]), failed: Number(line[2]) } : { passed: 0, failed: 1 })
}

interface VitestReport {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { status: string; fullName: string; failureMessages: string[] | null }[]
  }[]
}

/** The number of passed tests, and a line per failed test: file, name and the first words of the message. */
function readReport(path: string): { passed: number; failed: string[] } {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8')) as VitestReport
  const headline = (message = ''): string => stripVTControlCharacters(message).split('\n', 1)[0]!.slice(0, 200)
  const results = testResults.map(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map(({ fullName, failureMessages }) => `${file}: ${fullName}: ${headline(failureMessages?.[0])}`)
    // A file that does not load, or whose hook fails, has no failed test of its own.
    const unnamed = failed.length === 0 && status === 'failed' ? [`${file}: ${headline(message)}`] : []
    return { passed: assertionResults.filter((test) => test.status === 'passed').length, failed: [...failed, ...unnamed] }
  })
  return { passed: results.reduce((sum, { passed }) => sum + passed, 0), failed: results.flatMap(({ failed }) => failed) }
}

async function programs(): Promise<void> {
  console.log('\n── vitest')
  const folder = mkdtempSync(join(tmpdir(), 'quorate-test-'))
  const path = join(folder, 'vitest.json')
  const { code } = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${path}`])
  try {
    const { passed, failed } = readReport(path)
    if (code !== 0 && failed.length === 0) failed.push('vitest ended with an error outside its tests')
    total.passed += passed
    total.failed += failed.length
    failures.push(...failed)
  } catch {
    count('vitest', { passed: 0, failed: 1 })
  }
  rmSync(folder, { recursive: true, force: true })
}

console.log('Sources, programs and contracts side by side; the first build of the contracts takes minutes.')
await Promise.all([programs(), typescript(), contracts()])

if (failures.length > 0) console.log(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
