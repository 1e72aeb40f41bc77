import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** `new URL('./worker.ts', import.meta.url)`: how threads and child processes name the module that they start. */
const ENTRY = /new URL\((['"])([^'"]+)\.ts\1, import\.meta\.url\)/g

/**
 * Makes the entries of threads and child processes name the emitted `.js` file. The compiler rewrites imports and leaves URLs alone.
 *
 * @returns the entries found, relative to `folder`
 * @throws Error naming an entry whose file was not emitted
 */
export function rewriteEntries(folder: string): string[] {
  const entries: string[] = []
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.js') || name.startsWith('node_modules')) continue
    const file = join(folder, name)
    const text = readFileSync(file, 'utf8')
    const rewritten = text.replace(ENTRY, (_match, _quote, path: string) => {
      const target = resolve(dirname(file), `${path}.js`)
      if (!existsSync(target)) throw new Error(`${name} starts ${path}.ts, which was not emitted`)
      entries.push(relative(folder, target))
      return `new URL('${path}.js', import.meta.url)`
    })
    if (rewritten !== text) writeFileSync(file, rewritten)
  }
  return entries
}
