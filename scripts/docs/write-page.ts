import { existsSync, readFileSync, writeFileSync } from 'node:fs'

const ROOT = new URL('../../', import.meta.url)

/**
 * Writes a page that a script makes. With `--check` it writes nothing, and the process fails when the page is another.
 *
 * @param page relative to the repository
 * @param script that makes it, for the message
 */
export function writePage(page: string, text: string, script: string): void {
  const path = new URL(page, ROOT)
  if (!process.argv.includes('--check')) return writeFileSync(path, text)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  console.error(`${page} is stale: run \`node ${script}\``)
  process.exitCode = 1
}
