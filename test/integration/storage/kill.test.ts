import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openJournal } from '../../../src/storage/index.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate-kill-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Lets a child append from `start`, kills it after `count` acknowledged appends, returns the last acknowledged one. */
async function appendAndKill(start: number, count: number): Promise<number> {
  const script = new URL('append-forever.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, folder, String(start)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let last = -1
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (last === start + count) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
  return last
}

test('after kill -9 every acknowledged append is there, pairs are whole and the folder opens at once', async () => {
  let start = 0
  for (const count of [40, 1, 90]) {
    const acknowledged = await appendAndKill(start, count)
    const journal = openJournal(folder)
    const rounds = journal.rounds()
    expect(acknowledged).toBeGreaterThanOrEqual(start + count)
    // At most the one append that was under way when the signal came is there without an acknowledgement.
    expect(rounds.length - (acknowledged + 1)).toBeOneOf([0, 1])
    for (const round of rounds) expect(journal.events(round).map((event) => event.kind)).toEqual(['first', 'second'])
    expect(journal.get('last')).toBe(rounds.length - 1)
    journal.close()
    start = rounds.length
  }
})
