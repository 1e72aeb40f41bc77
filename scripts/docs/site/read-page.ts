import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import GithubSlugger from 'github-slugger'
import type { Token } from 'markdown-it'
import { markdown } from './markdown.ts'

export interface Heading {
  level: number
  text: string
  /** The anchor, as GitHub makes it. */
  id: string
}

/** A page of the site before links are resolved. */
export interface Page {
  /** File in the repository, such as docs/data.md. */
  source: string
  /** File in the site, such as docs/data.html. */
  target: string
  title: string
  headings: Heading[]
  tokens: Token[]
}

/** Where a page lands: beside its neighbours, and a README as the page of its folder. */
export const targetOf = (source: string): string => source.replace(/README\.md$/, 'index.md').replace(/\.md$/, '.html')

/** The words of an inline token, without marks. */
export function plainText(token: Token): string {
  return (token.children ?? [])
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : type === 'text' || type === 'code_inline' ? content : ''))
    .join('')
}

/**
 * Parses a page and gives each heading its anchor.
 *
 * @param root folder of the repository
 * @throws Error when the page has no title, or HTML that a reader of the Markdown would not see
 */
export function readPage(root: string, source: string): Page {
  const tokens = markdown.parse(readFileSync(join(root, source), 'utf8'), {})
  for (const token of tokens.flatMap((one) => [one, ...(one.children ?? [])]))
    if (token.type.startsWith('html') && !token.content.startsWith('<!--'))
      throw new Error(`${source}: write ${token.content.trim()} as code, or with &lt;`)
  const slugger = new GithubSlugger()
  const headings: Heading[] = []
  for (const [i, token] of tokens.entries()) {
    if (token.type !== 'heading_open') continue
    const text = plainText(tokens[i + 1]!)
    const id = slugger.slug(text)
    token.attrSet('id', id)
    headings.push({ level: Number(token.tag.slice(1)), text, id })
  }
  const [first] = headings
  if (first?.level !== 1) throw new Error(`${source} does not begin with a title`)
  return { source, target: targetOf(source), title: first.text, headings, tokens }
}
