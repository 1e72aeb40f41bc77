import { expect, it } from 'vitest'
import { peerLines } from '../../../cli/status/peer-lines.ts'

const OWNER = `0x${'a'.repeat(40)}` as const
const KEY = `0x${'b'.repeat(64)}` as const
const operators = [{ address: '192.0.2.1:7050', failure: null }]

it('each node has its owner, every address, and how others reach it', () => {
  const direct = ['/ip4/192.0.2.7/tcp/4001/p2p/12D3', '/ip6/2001:db8::7/tcp/4001/p2p/12D3']
  const lines = peerLines({
    operators,
    peers: [
      { peerKey: KEY, owner: OWNER, role: 'member', addresses: direct, relayed: false },
      { peerKey: KEY, owner: OWNER, role: 'operator', addresses: ['/dns4/a/tcp/1/p2p/x/p2p-circuit/p2p/y'], relayed: true },
      { peerKey: KEY, owner: null, role: null, addresses: [], relayed: false },
    ],
  })
  expect(lines).toEqual([
    'Nodes that the operator knows',
    `member    ${OWNER}  ${direct[0]}`,
    `${' '.repeat(54)}${direct[1]}`,
    `operator  ${OWNER}  /dns4/a/tcp/1/p2p/x/p2p-circuit/p2p/y  (through a relay)`,
    `key ${KEY}, which nobody registered  no address that can be dialled`,
  ])
})

it('an operator that does not answer is named, with the reason, whether others answer or not', () => {
  const silent = { address: '192.0.2.2:7050', failure: 'nobody listens there' }
  expect(peerLines({ operators: [silent], peers: [] })).toEqual([
    'The operator 192.0.2.2:7050 tells nothing: nobody listens there',
  ])
  expect(peerLines({ operators: [...operators, silent], peers: [] })).toEqual([
    'Nodes that the operators know: none',
    'The operator 192.0.2.2:7050 tells nothing: nobody listens there',
  ])
})
