import { describe, expect, it } from 'vitest'
import { roundLines } from '../../../cli/status/round-lines.ts'
import type { Address } from '../../../src/protocol/index.ts'

const member = (n: number): Address => `0x${n.toString(16).padStart(40, '0')}`
describe('the latest rounds', () => {
  it('name each member whose update did not count, and say loudly when none did', () => {
    const copied = [1, 2].map((n) => ({ member: member(n), reason: `sent the same update as ${member(3 - n)}` }))
    expect(
      roundLines([
        { round: 12n, status: 'posted', members: 2, sealed: 2, counted: false, uncounted: copied },
        { round: 11n, status: 'final', members: 2, sealed: 2, counted: true, uncounted: [] },
        { round: 10n, status: 'void' },
      ]),
    ).toEqual([
      'Latest rounds',
      'round  state   members  sealed  updates that did not count',
      '   12  posted        2       2  NO UPDATE COUNTED, no member was paid',
      `                                ${member(1)} sent the same update as ${member(2)}`,
      `                                ${member(2)} sent the same update as ${member(1)}`,
      '   11  final         2       2  none',
      '   10  void                     the round ended without a claim; the model stays',
    ])
  })

  it('say what the chain alone knows, and what would tell more', () => {
    const lines = roundLines([
      { round: 3n, status: 'posted', members: 3, sealed: 2, counted: true, uncounted: null },
      { round: 2n, status: 'final', members: 3, sealed: 0, counted: false, uncounted: null },
    ])
    expect(lines[2]).toMatch(/1 without a commitment in time, others \?$/)
    expect(lines.slice(3, 5).join('\n')).toMatch(/NO UPDATE COUNTED, no member was paid\n +no member committed in time/)
    expect(lines.at(-1)).toMatch('--evidence FOLDER')
  })
})
