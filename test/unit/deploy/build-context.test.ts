import { readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildContext } from '../../deploy/build-context.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const sent = new Set(buildContext())

/** Files of this repository that a source imports. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), 'utf8')
  return [...text.matchAll(/(?:from|import|import\()\s*['"](\.[^'"?]+)['"]/g)].map(([, name]) =>
    relative(ROOT, resolve(ROOT, dirname(path), name!)),
  )
}

describe('what the builder of the image gets', () => {
  it('has every file that a source of the package imports', () => {
    const built = /^(src|cli|coordinator|participant|dashboard|scripts\/build)\b.*\.tsx?$/
    const sources = [...sent].filter((path) => built.test(path) && !path.includes('/assembly/'))
    expect(sources.length).toBeGreaterThan(500)
    const missing = sources.flatMap((path) => {
      const absent = importsOf(path).filter((name) => !sent.has(name))
      return absent.map((name) => `${path} imports ${name}`)
    })
    expect(missing).toEqual([])
  })

  it('has no key, test, data or built file', () => {
    expect([...sent].filter((path) => /\.key$|key\.pem$|^test\/|^dist\/|\/dist\/|node_modules|\.log$/.test(path))).toEqual([])
  })
})
