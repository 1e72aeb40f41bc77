import { expect, it } from 'vitest'
import { fartherOf, needsRelay } from '../../../src/network/relay/needs-relay.ts'

const peer = '12D3KooWD8LR9NZrmYAkowFiF8sJg3hVQPLtTbb8ZpAZKtt1zUyz'
const at = (host: string) => `/${host}/tcp/4001/p2p/${peer}`
const [far, near, here] = [at('ip4/203.0.113.7'), at('ip4/10.0.0.1'), at('ip4/127.0.0.1')]

it.each([
  ['listens nowhere', { own: [] }, true],
  ['listens on its own machine, and the relay is elsewhere', { own: [here] }, true],
  ['is on the machine of the relay', { own: [here], relay: here }, false],
  ['has a private address, and the relay a public one', { own: [near] }, true],
  ['has a private address, and the relay a name', { own: [near], relay: at('dns4/relay.example') }, true],
  ['has a private address as the relay has, which nobody has dialled yet', { own: [near], relay: at('ip4/10.9.9.9') }, true],
  ['was dialled from as far as the relay', { own: [near], relay: at('ip4/10.9.9.9'), dialledFrom: 'private' as const }, false],
  ['was dialled from its own network only', { own: [near], dialledFrom: 'private' as const }, true],
  ['has a public address, which a firewall may close', { own: [near, far] }, true],
  ['was dialled from as far as the relay at its public address', { own: [far], dialledFrom: 'public' as const }, false],
  ['has a public IPv6 address only', { own: [at('ip6/2001:db8::7')], dialledFrom: 'public' as const }, true],
  ['has public addresses of both families', { own: [at('ip6/2001:db8::7'), far], dialledFrom: 'public' as const }, false],
  ['has an owner who names its address', { own: [near], announced: true }, false],
  ['has an owner who wants a relay', { own: [far], announced: true, policy: 'always' as const }, true],
  ['has an owner who wants no relay', { own: [], policy: 'never' as const }, false],
])('a node that %s takes a place: %s', (_, some, expected) => {
  expect(needsRelay({ policy: 'auto', announced: false, relay: far, dialledFrom: 'none', ...some })).toBe(expected)
})

it('keeps the farther of two reaches', () => {
  expect(fartherOf('none', 'loopback')).toBe('loopback')
  expect(fartherOf('public', 'private')).toBe('public')
})
