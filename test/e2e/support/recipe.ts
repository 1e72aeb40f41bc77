import { markdownBlocks } from './markdown-blocks.ts'
import type { MarkdownBlock } from './markdown-blocks.ts'

/** One block of the README's recipe. `kind` is what follows the language: `chain`, `operators`, `members`, `stopped`, or nothing. */
export type RecipeBlock = MarkdownBlock

/** The fenced blocks of the README's section on running a consortium, in order, as a reader copies them. */
export async function recipeBlocks(): Promise<RecipeBlock[]> {
  return markdownBlocks('README.md', 'Run a consortium')
}

/** What commands printed, by the name the README gives it in a comment: "# the owners that keygen printed". */
export type Printed = Record<'ledger that deploy' | 'owner that init' | 'owners that keygen', string[]>

/** Fills in the reader's values: each `0x…` of a line becomes the address that its comment names. */
export function fillIn(text: string, printed: Printed): string {
  return text
    .split('\n')
    .map((line) => {
      const name = /# the (.+?) printed/.exec(line)?.[1] as keyof Printed | undefined
      if (!line.includes('0x…')) return line
      const addresses = [...(name ? printed[name] : [])]
      return line.replaceAll('0x…', () => {
        const next = addresses.shift()
        if (!next) throw new Error(`nothing printed stands for 0x… in: ${line}`)
        return next
      })
    })
    .join('\n')
}
