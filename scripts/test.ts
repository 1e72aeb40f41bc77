// The whole test suite behind `npm test`: static checks, vitest, forge. Runs every step even after a failure, and ends with one line
// `N passed, N failed` where each static check counts as one.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')

interface Run {
  code: number
  output: string
}

/** Runs a command with its output shown as it comes, and also returned. */
async function run(command: string, args: readonly string[]): Promise<Run> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const show = (data: Buffer): void => {
    output += data.toString()
    process.stdout.write(data)
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

async function check(name: string, command: string, args: readonly string[]): Promise<void> {
  console.log(`\n── ${name}`)
  const { code } = await run(command, args)
  count(name, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
}

await check('format', 'oxfmt', ['--check'])
await check('types', 'tsc', ['-p', '.'])
await check('lint', 'oxlint', ['--type-aware', '--deny-warnings'])
await check('wire messages are generated from proto', 'node', ['scripts/proto.ts', '--check'])
await check('error catalogue is documented', 'node', ['scripts/errors-doc.ts', '--check'])
await check('contract ABIs are fresh', 'node', ['scripts/abi.ts', '--check'])
await check('gas and storage layout are as committed', 'node', ['scripts/snapshots.ts', '--check'])
await check('the books of the vault are proved', 'node', ['scripts/prove.ts'])

console.log('\n── forge')
const forge = await run('node', ['scripts/forge.ts', 'test'])
const forgeLine = /(\d+) tests? passed, (\d+) failed/.exec(stripVTControlCharacters(forge.output))
count('forge', forgeLine ? { passed: Number(forgeLine[1]), failed: Number(forgeLine[2]) } : { passed: 0, failed: 1 })

console.log('\n── vitest')
const folder = mkdtempSync(join(tmpdir(), 'quorate-test-'))
const report = join(folder, 'vitest.json')
const vitest = await run('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8')) as Record<
    string,
    number
  >
  // A file that does not load has no failed test of its own.
  const failed = Math.max(numFailedTests ?? 0, vitest.code === 0 ? 0 : Math.max(1, numFailedTestSuites ?? 1))
  count('vitest', { passed: numPassedTests ?? 0, failed })
} catch {
  count('vitest', { passed: 0, failed: 1 })
}
rmSync(folder, { recursive: true, force: true })

if (failures.length > 0) console.log(`\nFailed: ${failures.join('; ')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
