import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { saidIn } from '../../../src/node/rounds/said.ts'
import { openJournal } from '../../../src/storage/index.ts'

it('says the same thing about one thing, also after a crash', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-said-'))
  try {
    const first = openJournal(folder)
    expect(saidIn(first)('attestation', '3:0xab', () => 5n)).toBe(5n)
    expect(saidIn(first)('attestation', '3:0xab', () => 7n)).toBe(5n)
    expect(saidIn(first)('attestation', '3:0', () => ['row'])).toEqual(['row'])
    first.close()
    const second = openJournal(folder)
    expect(saidIn(second)('attestation', '3:0xab', () => 7n)).toBe(5n)
    expect(saidIn(second)('attestation', '3:0', () => [])).toEqual(['row'])
    expect(saidIn(second)('attestation', '3:1', () => [])).toEqual([])
    // Also after others: a round comes back when those built on it are rejected.
    expect(saidIn(second)('attestation', '3:0', () => [])).toEqual(['row'])
    for (let k = 0; k < 300; k++) saidIn(second)('attestation', `${100 + k}`, () => k)
    expect(second.entries('said/attestation/')).toHaveLength(256)
    expect(saidIn(second)('attestation', '399', () => 0)).toBe(299)
    second.close()
  } finally {
    await rm(folder, { recursive: true })
  }
})
