import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

/** One fenced block of a document. `kind` is what follows the language, or nothing. */
export interface MarkdownBlock {
  language: string
  kind: string
  text: string
}

const ROOT = resolve(import.meta.dirname, '../../..')
const FENCE = /^( *)```(\w+) ?(\w*)\n([\s\S]*?)^\1```$/gm

/**
 * The fenced blocks with a language of a document, in order, as a reader copies them.
 *
 * @param name relative to the repository
 * @param section only the section with this title
 */
export async function markdownBlocks(name: string, section?: string): Promise<MarkdownBlock[]> {
  const whole = await readFile(resolve(ROOT, name), 'utf8')
  const text = section === undefined ? whole : new RegExp(`^## ${section}\\n([\\s\\S]*?)^## `, 'm').exec(whole)?.[1]
  if (text === undefined) throw new Error(`${name} has no section "${section}"`)
  return [...text.matchAll(FENCE)].map(([, indent, language, kind, block]) => ({
    language: language!,
    kind: kind!,
    text: block!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

/** The blocks with the ports and the chain node that a document names replaced by others: they may be taken on this machine. */
export function withPorts<T extends MarkdownBlock>(
  blocks: readonly T[],
  ports: Readonly<Record<string, number>>,
  rpcUrl: string,
): T[] {
  const place = (text: string): string =>
    Object.entries(ports).reduce(
      (changed, [port, free]) => changed.replaceAll(new RegExp(`(?<=[:/])${port}\\b`, 'g'), String(free)),
      text,
    )
  return blocks.map((block) => ({ ...block, text: place(block.text).replaceAll('http://127.0.0.1:8545', rpcUrl) }))
}
