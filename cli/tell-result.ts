import { describeMined } from '../src/chain/index.ts'
import type { MinedTransaction } from '../src/chain/index.ts'
import { createOutput } from '../src/console/index.ts'
import type { TokenUnit } from '../src/core/index.ts'

export interface TellResultOptions {
  json: boolean
  /** What the command sent. */
  mined: readonly MinedTransaction[]
  /** Absent where no transaction moved tokens. */
  unit?: TokenUnit | undefined
}

/** Prints what a command did, and the transactions by which it did it. */
export function tellResult(result: Record<string, unknown>, text: string, { json, mined, unit }: TellResultOptions): void {
  createOutput(json).result({ ...result, transactions: mined }, [text, ...describeMined(mined, unit)].join('\n'))
}
