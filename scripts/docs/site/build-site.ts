import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { layout } from './layout.ts'
import { chaptersOf } from './navigation.ts'
import { readPage } from './read-page.ts'
import { resolveLinks } from './resolve-links.ts'
import { searchEntries } from './search-entries.ts'

/** Pages outside docs/. */
const OTHERS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'deploy/README.md', 'examples/README.md']

/**
 * Builds the site into a folder. Nothing is written when a link of any page leads nowhere.
 *
 * @param root folder of the repository
 * @param out is replaced
 * @returns the files of the pages, relative to `out`
 * @throws Error naming every broken link
 */
export function buildSite(root: string, out: string): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md'))
  const sources = [...OTHERS.filter((name) => existsSync(join(root, name))), ...docs.map((name) => `docs/${name}`).sort()]
  const pages = new Map(sources.map((source) => [source, readPage(root, source)]))
  const links = [...pages.values()].map((page) => resolveLinks(root, page, pages))
  const broken = links.flatMap((one) => one.broken)
  if (broken.length > 0) throw new Error(`Links that lead nowhere:\n${broken.join('\n')}`)

  rmSync(out, { recursive: true, force: true })
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
  }
  const chapters = chaptersOf(new Map([...pages].map(([source, { title }]) => [source, title])))
  for (const page of pages.values()) write(page.target, layout(page, chapters))
  for (const file of links.flatMap(({ files }) => [...files])) cpSync(join(root, file), join(out, file))
  cpSync(join(import.meta.dirname, 'assets'), join(out, 'assets'), { recursive: true })
  // A script and not JSON: a page that was opened from a disk cannot fetch files.
  const entries = chapters.flatMap(({ pages: own }) => own.flatMap(([source]) => searchEntries(pages.get(source)!)))
  write('assets/search-index.js', `globalThis.searchIndex = ${JSON.stringify(entries)}\n`)
  return [...pages.values()].map(({ target }) => target)
}
