import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { QuorateError } from '../../../src/core/index.ts'
import { createLogger } from '../../../src/observe/index.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-log-'))
  file = join(folder, 'logs/member.log')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const lines = () =>
  readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

test('writes one JSON line per message, above its level, appending over restarts', () => {
  const logger = createLogger({ name: 'member', file, level: 'info' })
  logger.debug({ round: 1n }, 'hidden')
  logger.info({ round: 7n, stake: { total: 10n ** 24n } }, 'round opened')
  createLogger({ name: 'member', file }).child({ module: 'rpc' }).warn({}, 'later')
  expect(lines()).toMatchObject([
    { level: 'info', name: 'member', pid: process.pid, round: 7, msg: 'round opened' },
    { level: 'warn', module: 'rpc', msg: 'later' },
  ])
  expect(readFileSync(file, 'utf8')).toContain('"total":1000000000000000000000000')
  expect(lines()[0]!['time']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
})

test('errors keep code, details and cause', () => {
  const cause = new Error('connection refused')
  const err = new QuorateError('RPC_UNREACHABLE', 'no answer', { details: { url: 'http://x' }, cause })
  createLogger({ file }).error({ err, error: 'as text' }, 'failed')
  expect(lines()[0]).toMatchObject({ err: { code: 'RPC_UNREACHABLE', details: { url: 'http://x' } }, error: 'as text' })
  expect(JSON.stringify(lines()[0])).toContain('connection refused')
})

test('secrets are blanked by their names, at any depth we log, in children and in errors', () => {
  const secret = 'deadbeef'
  const logger = createLogger({ file }).child({ token: secret })
  logger.info(
    {
      privateKey: secret,
      session: { token: secret, member: '0xa1' },
      a: { b: { salt: secret, c: { password: secret } } },
      list: [{ secret }],
    },
    'secrets',
  )
  logger.error({ err: new QuorateError('INTERNAL', 'x', { details: { authorization: secret } }) }, 'error')
  expect(readFileSync(file, 'utf8')).not.toContain(secret)
  expect(lines()[0]).toMatchObject({ privateKey: '[redacted]', session: { token: '[redacted]', member: '0xa1' } })
})

test('stdout stays empty; a full disk and a closed stderr stop nothing', () => {
  const script = `
    import { createLogger } from ${JSON.stringify(new URL('../../../src/observe/index.ts', import.meta.url).href)}
    const full = createLogger({ file: process.platform === 'linux' ? '/dev/full' : ${JSON.stringify(file)} })
    for (let i = 0; i < 100; i++) full.info({ i }, 'lost')
    createLogger({ name: 'member' }).info({}, 'story')
    setImmediate(() => process.exit(7))
  `
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, [...args], { encoding: 'utf8', env: { ...process.env, SCRIPT: script, NODE: process.execPath } })
  const open = run(process.execPath, '--input-type=module', '--eval', script)
  expect(open).toMatchObject({ status: 7, stdout: '' })
  expect(JSON.parse(open.stderr)).toMatchObject({ level: 'info', name: 'member', msg: 'story' })
  expect(run('sh', '-c', '"$NODE" --input-type=module --eval "$SCRIPT" 2>&-').status).toBe(7)
})
