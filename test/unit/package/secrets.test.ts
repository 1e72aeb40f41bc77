import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
/** What commands write into a clone, as the README has it. */
const SECRETS = [
  'founder.key',
  'op/operator.key',
  'op/peer.key',
  'op/state/tls/tls-key.pem',
  'member-1/owner.key',
  'cli/lost.key',
]

let clone: string

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'quorate-secrets-'))
  execFileSync('git', ['init', '--quiet', clone])
  for (const file of ['package.json', '.gitignore']) cpSync(join(ROOT, file), join(clone, file))
  for (const file of [...SECRETS, 'cli/main.ts', 'op/coordinator.toml']) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    writeFileSync(join(clone, file), 'secret')
  }
})
afterAll(() => rmSync(clone, { recursive: true }))

describe('keys that commands wrote into a clone', () => {
  it('are not added to git', () => {
    const added = execFileSync('git', ['-C', clone, 'ls-files', '--others', '--exclude-standard'], { encoding: 'utf8' }).split(
      '\n',
    )
    expect(added).toContain('cli/main.ts')
    expect(added.filter((file) => SECRETS.includes(file))).toEqual([])
  })

  it('are not packed', () => {
    const answer = execFileSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: clone, encoding: 'utf8' })
    const packed = (JSON.parse(answer) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path)
    expect(packed).toContain('cli/main.ts')
    expect(packed.filter((file) => SECRETS.includes(file))).toEqual([])
  })
})
