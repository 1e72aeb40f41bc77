import { expect, test } from 'vitest'
import type { Address } from '../../../src/protocol/index.ts'
import { SessionStore } from '../../../src/rpc/index.ts'

const member: Address = `0x${'Ab'.repeat(20)}`
const other: Address = `0x${'cd'.repeat(20)}`
const peerKey = `0x${'11'.repeat(32)}` as const
const expired = expect.objectContaining({ code: 'SESSION_EXPIRED' })

function make(limits = { sessions: 2, sessionSeconds: 100 }) {
  const clock = { now: () => clock.at, at: 1000 }
  return { clock, sessions: new SessionStore({ clock, limits }) }
}

test('a token stands for its member until it expires, at most for the longest session', () => {
  const { clock, sessions } = make()
  const { token, expires } = sessions.open({ member, peerKey, expires: 5000 })
  expect(expires).toBe(1100)
  expect(sessions.authenticate(token)).toEqual({ member: member.toLowerCase(), peerKey, expires: 1100 })
  clock.at = 1099
  sessions.authenticate(token)
  clock.at = 1100
  expect(() => sessions.authenticate(token)).toThrow(expired)
  expect(sessions.size).toBe(0)
})

test('unknown tokens are refused', () => {
  const { sessions } = make()
  expect(() => sessions.authenticate('')).toThrow(expired)
  expect(() => sessions.authenticate('x'.repeat(43))).toThrow(expired)
})

test('a session that is over before it begins is a matter of clocks, and the error has both times', () => {
  const { clock, sessions } = make()
  clock.at = 1_800_003_600
  const open = () => sessions.open({ member, peerKey, expires: 1_800_000_000 })
  expect(open).toThrow(expect.objectContaining({ code: 'CLOCK_SKEWED', details: { expires: 1_800_000_000, now: clock.at } }))
  expect(open).toThrow(/ends at 2027-01-15T08:00:00Z, .* coordinator shows 2027-01-15T09:00:00Z/)
})

test('a member has one session; a new one or closing ends it, whatever the case of its address', () => {
  const { sessions } = make()
  const first = sessions.open({ member, peerKey, expires: 2000 }).token
  const second = sessions.open({ member: member.toLowerCase() as Address, peerKey, expires: 2000 }).token
  expect(() => sessions.authenticate(first)).toThrow(expired)
  expect(sessions.members()).toEqual([member.toLowerCase()])
  sessions.close(member)
  expect(() => sessions.authenticate(second)).toThrow(expired)
  expect(sessions.size).toBe(0)
})

test('the number of sessions is bounded; expired ones make room', () => {
  const { clock, sessions } = make()
  sessions.open({ member, peerKey, expires: 1010 })
  sessions.open({ member: other, peerKey, expires: 2000 })
  const third: Address = `0x${'ef'.repeat(20)}`
  expect(() => sessions.open({ member: third, peerKey, expires: 2000 })).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED' }),
  )
  clock.at = 1010
  sessions.open({ member: third, peerKey, expires: 2000 })
  expect(sessions.size).toBe(2)
})

test('tokens are 256 random bits', () => {
  const { sessions } = make()
  const tokens = Array.from({ length: 50 }, () => sessions.open({ member, peerKey, expires: 2000 }).token)
  expect(new Set(tokens).size).toBe(50)
  for (const token of tokens) expect(Buffer.from(token, 'base64url').length).toBe(32)
})
