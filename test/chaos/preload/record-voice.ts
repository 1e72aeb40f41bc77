import { appendFileSync } from 'node:fs'
import { Voice } from '../../../src/node/voice.ts'
import { momentOfStatement } from '../moment.ts'
import type { Moment } from '../moment.ts'

/** A statement as a program signed it: a line of the file that `CHAOS_SAID` names. */
export interface Signed {
  kind: string
  body: Record<string, string>
}

const text = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' || typeof value === 'number' ? value.toString() : value

/** Writes down what the program signs, before it leaves. A second program with the same key, or the same one without its journal, writes into the same file. */
export function recordVoice(file: string, enter: (moment: Moment) => void): void {
  const voice = Voice.prototype as unknown as { sign: (kind: string, body: unknown) => Promise<unknown> }
  const { sign } = voice
  voice.sign = async function (this: unknown, kind, body) {
    appendFileSync(file, `${JSON.stringify({ kind, body }, text)}\n`)
    const signed = await sign.call(this, kind, body)
    const moment = momentOfStatement(kind)
    if (moment) enter(moment)
    return signed
  }
}
