import { DRAWN_LIES } from './drawn-lies.ts'
import { LEDGER_LIES } from './ledger-lies.ts'
import { ROW_LIES } from './row-lies.ts'
import { TREE_LIES } from './tree-lies.ts'
import type { Lies } from './values.ts'

/**
 * One lie for each cell of the table of docs/judge.md: the field of one leaf is too high, too low, missing, extra, of another owner or of
 * another time, and everything else stays as it should be. Each returns false where the round has nothing of the kind.
 */
export const FIELD_LIES: Readonly<Lies> = { ...ROW_LIES, ...DRAWN_LIES, ...TREE_LIES, ...LEDGER_LIES }
