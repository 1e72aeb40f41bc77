import { existsSync, statSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { Page } from './read-page.ts'

export interface Links {
  /** Links that lead nowhere, one line each. */
  broken: string[]
  /** Files of the repository that are no page, which the site needs beside its pages. */
  files: Set<string>
}

/**
 * Turns the links of a page into links of the site, and names those that lead nowhere.
 *
 * @param root folder of the repository
 * @param pages all pages of the site by their source
 */
export function resolveLinks(root: string, page: Page, pages: ReadonlyMap<string, Page>): Links {
  const links: Links = { broken: [], files: new Set() }
  for (const token of page.tokens.flatMap(({ children }) => children ?? [])) {
    const name = { link_open: 'href', image: 'src' }[token.type]
    if (name === undefined) continue
    const href = String(token.attrGet(name))
    if (/^[a-z]+:/.test(href)) continue
    const [path = '', anchor] = decodeURI(href).split('#')
    const source = path === '' ? page.source : posix.join(dirname(page.source), path)
    const linked = pages.get(source)
    if (linked) {
      if (anchor !== undefined && !linked.headings.some(({ id }) => id === anchor))
        links.broken.push(`${page.source}: ${href} (${source} has no heading #${anchor})`)
      const target = path === '' ? '' : posix.relative(dirname(page.target), linked.target)
      token.attrSet(name, `${target}${anchor === undefined ? '' : `#${anchor}`}`)
    } else if (!source.startsWith('..') && existsSync(join(root, source)) && statSync(join(root, source)).isFile()) {
      links.files.add(source)
    } else links.broken.push(`${page.source}: ${href} (there is no such file)`)
  }
  return links
}
