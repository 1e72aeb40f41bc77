import { plainText } from './read-page.ts'
import type { Page } from './read-page.ts'

/** A section of a page, as the search finds it. */
export interface SearchEntry {
  /** Page and anchor in the site. */
  href: string
  page: string
  heading: string
  text: string
}

/** One entry for each heading of a page with the words below it. */
export function searchEntries({ target, title, headings, tokens }: Page): SearchEntry[] {
  const entries = headings.map(({ text, id }) => ({ href: `${target}#${id}`, page: title, heading: text, words: [] as string[] }))
  let at = -1
  for (const [i, token] of tokens.entries()) {
    if (token.type === 'heading_open') at += 1
    else if (token.type === 'fence') entries[at]?.words.push(token.content)
    else if (token.type === 'inline' && tokens[i - 1]?.type !== 'heading_open') entries[at]?.words.push(plainText(token))
  }
  return entries.map(({ words, ...entry }) => ({ ...entry, text: words.join(' ').replaceAll(/\s+/g, ' ') }))
}
