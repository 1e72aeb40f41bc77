import { describe, expect, it } from 'vitest'
import { Ports } from './ports.ts'

describe('ports of runs side by side', () => {
  it('are different, although no program listens on them yet', async () => {
    await using one = new Ports(7)
    await using other = new Ports(7)
    const taken: number[] = []
    for (let i = 0; i < 300; i++) taken.push(await one.take(), await other.take())
    expect(new Set(taken).size).toBe(600)
  })
})
