import { describe, expect, it } from 'vitest'
import { momentReader } from './moment.ts'

const round = (number: number, phase: string, committed = 0): string =>
  JSON.stringify({ event: 'round', round: String(number), phase, committed })

describe('moments of a program', () => {
  it('are entered once by each phase of the newest round', () => {
    const enters = momentReader()
    const lines = [
      round(4, 'commit'),
      round(4, 'commit', 1),
      round(4, 'reveal'),
      round(3, 'agree'),
      round(4, 'agree'),
      '{"event":"posted","round":"4"}',
      round(5, 'commit'),
      round(4, 'agree', 2),
    ]
    expect(lines.map(enters)).toEqual(['commit', undefined, 'reveal', undefined, 'agree', undefined, 'commit', undefined])
  })

  it('are a challenge where a claim is false, or cannot be checked', () => {
    expect(momentReader()('{"event":"mismatch","round":"4","reason":"gram"}')).toBe('challenge')
    expect(momentReader()('{"event":"disputed","round":"4","reason":"evidence"}')).toBe('challenge')
  })
})
