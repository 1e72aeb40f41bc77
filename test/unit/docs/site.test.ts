import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { buildSite } from '../../../scripts/docs/site/build-site.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate docs-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the documentation as a site', () => {
  it('has every page, and each link of the HTML leads to a file and an anchor that are there', () => {
    const site = join(folder, 'site')
    const pages = buildSite(ROOT, site)
    const documents = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.md'),
    )
    expect(pages.filter((name) => name.startsWith('docs/'))).toHaveLength(documents.length)

    const html = new Map(pages.map((name) => [name, readFileSync(join(site, name), 'utf8')]))
    const anchors = new Map(
      [...html].map(([name, text]) => [name, new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))]),
    )
    const lost: string[] = []
    let followed = 0
    for (const [name, text] of html) {
      for (const [, href] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^[a-z]+:/.test(href!)) continue
        // Nothing comes from the root of a server: the site is opened from a disk, too.
        expect(href).not.toMatch(/^\//)
        const [path = '', anchor] = decodeURI(href!).split('#')
        const target = path === '' ? name : join(dirname(name), path)
        if (!existsSync(join(site, target))) lost.push(`${name}: ${href}`)
        if (anchor !== undefined && !anchors.get(target)?.has(anchor)) lost.push(`${name}: ${href}`)
        followed += 1
      }
    }
    expect(lost).toEqual([])
    expect(followed).toBeGreaterThan(pages.length * 20)
  })

  it('is not written when a link leads nowhere: to no file, to no heading, or out of the repository', () => {
    const write = (name: string, text: string): void => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    write('README.md', '# Title\n\n[good](docs/a.md#two-words) [gone](docs/b.md) [lost](docs/a.md#three)\n')
    write('docs/a.md', '# A\n\n## Two *words*\n\n[up](../README.md) [own](#two-words) [none](#none) [out](../../etc/passwd)\n')
    const site = join(folder, 'site')
    expect(() => buildSite(folder, site)).toThrow(
      [
        'Links that lead nowhere:',
        'README.md: docs/b.md (there is no such file)',
        'README.md: docs/a.md#three (docs/a.md has no heading #three)',
        'docs/a.md: #none (docs/a.md has no heading #none)',
        'docs/a.md: ../../etc/passwd (there is no such file)',
      ].join('\n'),
    )
    expect(existsSync(site)).toBe(false)
  })

  it('names text in angle brackets, which a browser would not show', () => {
    writeFileSync(join(folder, 'README.md'), '# Title\n\nname the <folder> here\n')
    mkdirSync(join(folder, 'docs'))
    expect(() => buildSite(folder, join(folder, 'site'))).toThrow('README.md: write <folder> as code')
  })
})
