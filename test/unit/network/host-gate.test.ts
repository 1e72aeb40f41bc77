import { expect, it } from 'vitest'
import { HostGate } from '../../../src/network/host-gate.ts'
import { networkLimits } from '../../../src/network/limits.ts'

const { pendingPerHost } = networkLimits.connections
const { burst, hotMs, whileHotPerSecond } = networkLimits.refused

it('lets so many handshakes of a host run at once', () => {
  const gate = new HostGate(() => 0)
  const ends = Array.from({ length: pendingPerHost }, () => gate.enter('10.0.0.1'))
  expect(ends.every((end) => end !== false)).toBe(true)
  expect(gate.enter('10.0.0.1')).toBe(false)
  expect(gate.enter('10.0.0.2')).not.toBe(false)
  const [first] = ends
  if (first) first()
  if (first) first()
  expect(gate.enter('10.0.0.1')).not.toBe(false)
  expect(gate.enter('10.0.0.1')).toBe(false)
})

it('holds a host back after many handshakes in vain, and lets a few through', () => {
  let now = 0
  const gate = new HostGate(() => now)
  const pass = (): boolean => {
    const end = gate.enter('10.0.0.1')
    if (end) end()
    return end !== false
  }
  for (let i = 0; i <= burst; i++) {
    expect(pass()).toBe(true)
    gate.refused('10.0.0.1')
  }
  expect(Array.from({ length: 10 }, pass).filter(Boolean)).toHaveLength(whileHotPerSecond)
  now += 1000
  expect(Array.from({ length: 10 }, pass).filter(Boolean)).toHaveLength(whileHotPerSecond)
  now += hotMs
  expect(Array.from({ length: 10 }, pass).every(Boolean)).toBe(true)
})
