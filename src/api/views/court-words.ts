import { CourtKind, CourtTree } from '../../protocol/index.ts'

/** Names of the numbers in a request to the court. */
export function courtWords({ kind, tree }: { kind: number; tree: number }): { kind: string; tree: string } {
  return { kind: nameIn(CourtKind, kind), tree: nameIn(CourtTree, tree) }
}

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value)
}
