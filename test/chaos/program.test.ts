import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Program } from './program.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chaos-program-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

describe('a program that is ordered to halt', () => {
  it('stands still as it enters the phase, says nothing more, and goes on when it is let go', async () => {
    const phases: string[] = []
    const halted = Promise.withResolvers<void>()
    const ended = Promise.withResolvers<string>()
    const program = new Program({
      name: 'member-0',
      script: fileURLToPath(new URL('./programs/three-phases.ts', import.meta.url)),
      args: [],
      address: '127.0.0.10',
      controlFile: join(folder, 'control.json'),
      saidFile: join(folder, 'said.jsonl'),
      errorFile: join(folder, 'stderr'),
      dataFolder: folder,
      onEvent: (event) => event.event === 'round' && phases.push(event.phase),
      onDeath: (_, how) => ended.resolve(how),
    })
    const release = program.haltAt('reveal', halted.resolve)
    program.start()

    // Whatever it died of, it says so.
    expect(await Promise.race([halted.promise, ended.promise])).toBeUndefined()
    expect(phases).toEqual(['commit', 'reveal'])

    release()
    expect(await ended.promise).toMatch(/^exit code 0/)
    expect(phases).toEqual(['commit', 'reveal', 'attest'])
  })
})
