import type { LinkEffect } from '../network/net.ts'
import { between, everyone, oneOf, theChain } from './fault.ts'
import type { Fault, Params } from './fault.ts'

/** One program has bad links to all others, in both directions; its way to the chain is as before. */
function links(
  name: string,
  seconds: readonly [number, number],
  effect: (params: Params) => LinkEffect,
  draw?: (random: () => number) => Params,
): Fault {
  return {
    name,
    group: 'network',
    seconds,
    targets: everyone,
    draw,
    inject({ consortium: { net } }, { target, params = {} }) {
      return net.add({ ...effect(params), concerns: (from, to) => to !== 'chain' && (from === target || to === target) })
    },
  }
}

/** A WebSocket to the chain goes bad. */
function socket(name: string, seconds: readonly [number, number], effect: LinkEffect): Fault {
  return {
    name: `ws-${name}`,
    group: 'rpc',
    seconds,
    targets: ({ sockets }) => sockets,
    inject({ consortium: { net } }, { target }) {
      return net.add({ ...effect, concerns: (from, to) => to === 'chain' && from === target })
    },
  }
}

export const networkFaults: readonly Fault[] = [
  links('cut', [2, 25], () => ({ cut: true })),
  links('silent', [2, 25], () => ({ stall: true })),
  links('half-open', [1, 5], () => ({ halfOpen: true })),
  links(
    'throttle',
    [5, 30],
    ({ rate }) => ({ bytesPerSecond: Number(rate) }),
    (random) => ({ rate: oneOf(random, [500, 4000, 20_000]) }),
  ),
  links(
    'delay',
    [5, 30],
    ({ ms }) => ({ delayMs: Number(ms) }),
    (random) => ({ ms: between(random, 50, 1500) }),
  ),
  links(
    'corrupt',
    [3, 20],
    ({ chance }) => ({ corrupt: Number(chance) }),
    (random) => ({ chance: oneOf(random, [0.01, 0.1, 0.5]) }),
  ),
  {
    name: 'partition',
    group: 'network',
    seconds: [5, 30],
    targets: theChain,
    draw: (random) => ({ half: between(random, 1, 2 ** 30) }),
    inject({ consortium: { net, parties }, note }, { params = {} }) {
      const names = [...parties.keys()]
      const away = params['away'] === undefined ? undefined : String(params['away']).split(' ')
      const side = (name: string): number =>
        away ? Number(away.includes(name)) : (Number(params['half']) >> names.indexOf(name)) & 1
      note(`apart: ${names.filter((name) => side(name) === 0).join(' ')} | ${names.filter((name) => side(name) === 1).join(' ')}`)
      return net.add({ cut: true, concerns: (from, to) => to !== 'chain' && names.includes(from) && side(from) !== side(to) })
    },
  },
  socket('cut', [1, 20], { cut: true }),
  socket('half-open', [1, 3], { halfOpen: true }),
  socket('silent', [2, 25], { stall: true }),
]
