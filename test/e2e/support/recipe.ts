import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

/** One fenced block of the README's recipe. `kind` is what follows the language: `chain`, `operators`, `members`, `stopped`, or nothing. */
export interface RecipeBlock {
  language: string
  kind: string
  text: string
}

const README = resolve(import.meta.dirname, '../../../README.md')
const SECTION = /^## Run a consortium\n([\s\S]*?)^## /m
const FENCE = /^( *)```(\w+) ?(\w*)\n([\s\S]*?)^\1```$/gm

/** The fenced blocks of the README's section on running a consortium, in order, as a reader copies them. */
export async function recipeBlocks(): Promise<RecipeBlock[]> {
  const section = SECTION.exec(await readFile(README, 'utf8'))
  if (!section) throw new Error('the README has no section "Run a consortium"')
  return [...section[1]!.matchAll(FENCE)].map(([, indent, language, kind, text]) => ({
    language: language!,
    kind: kind!,
    text: text!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
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
