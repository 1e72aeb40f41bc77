// Generates src/protocol/gen from proto/. `--check` changes nothing and fails when the committed files are not what the sources give.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

function generate(out: string): void {
  const { status, error } = spawnSync(join(root, 'node_modules/.bin/buf'), ['generate', '-o', out], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw error ?? new Error(`buf generate ended with exit code ${status}`)
}

function files(folder: string): Map<string, string> {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return new Map(
    names.map(({ parentPath, name }) => [
      join(parentPath, name).slice(folder.length),
      readFileSync(join(parentPath, name), 'utf8'),
    ]),
  )
}

if (!process.argv.includes('--check')) generate('.')
else {
  const folder = mkdtempSync(join(tmpdir(), 'quorate-proto-'))
  try {
    generate(folder)
    const [now, committed] = [files(join(folder, 'src/protocol/gen')), files(join(root, 'src/protocol/gen'))]
    const stale = [...new Set([...now.keys(), ...committed.keys()])].filter((name) => now.get(name) !== committed.get(name))
    if (stale.length > 0) {
      console.error(`src/protocol/gen is stale (${stale.join(', ')}): run \`npm run build:proto\``)
      process.exitCode = 1
    } else console.log('src/protocol/gen is fresh.')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
