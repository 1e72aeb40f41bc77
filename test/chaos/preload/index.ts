// Loaded into each program by `--import`, before its own modules: gives it a clock, a disk and an address that can go wrong, and writes down what it signs.
//
//   CHAOS_CONTROL   file with what is wrong now (`control.ts`)
//   CHAOS_ADDRESS   the loopback address that its connections come from, so that a gateway knows who calls
//   CHAOS_SAID      file for the statements that it signs
import { readFileSync } from 'node:fs'
import type { Control } from '../control.ts'
import { patchClock } from './clock.ts'
import { patchConnections } from './connections.ts'
import { patchFiles, patchSqlite } from './disk.ts'
import { halting, patchOutput } from './halt.ts'
import { recordVoice } from './record-voice.ts'

const { CHAOS_CONTROL: file, CHAOS_ADDRESS: address, CHAOS_SAID: said } = process.env
let control: Control = {}

function look(): void {
  try {
    control = JSON.parse(readFileSync(file!, 'utf8')) as Control
  } catch {
    control = {}
  }
}

if (file) {
  const now = (): Control => control
  look()
  setInterval(look, 250).unref()
  patchClock(now)
  patchFiles(now)
  patchSqlite(now)
}
if (address) patchConnections(address)
const enter = halting(
  () => control,
  () => {
    look()
    return control
  },
)
patchOutput(enter)
if (said) recordVoice(said, enter)
