import type { Traffic } from '../traffic.ts'
import { usual } from './people.ts'

const DAY = 86_400

/** Abusers also do what everybody does. */
function disguise(traffic: Traffic, actor: number, start: number): void {
  const sessions = Math.round(traffic.random.unit() * 4)
  usual(traffic, actor, { friends: [], start, sessions })
}

/** Wash trading: a ring sells a token to itself in circles, in amounts that hardly change, and pays for it the other way round. */
export function washRing(traffic: Traffic): void {
  const { random } = traffic
  const ring = traffic.actors(traffic.between(3, 6), 'wash')
  const start = random.unit() * 10 * DAY
  for (const trader of ring) {
    const since = start + random.unit() * DAY
    traffic.act(since, traffic.pick(traffic.exchanges), trader, { amount: traffic.amount(0.5, 1) })
    disguise(traffic, trader, since + 600)
  }
  const amount = traffic.amount(40)
  for (let laps = traffic.between(3, 14), time = start + DAY; laps > 0; laps--) {
    time += random.unit() * 2 * DAY
    for (let index = 0; index < ring.length; index++) {
      const [giver, taker] = [ring[index]!, ring[(index + 1) % ring.length]!]
      time += 120 + random.unit() * 3600
      traffic.act(time, giver, taker, { what: 'token', amount: amount * (0.97 + 0.06 * random.unit()) })
      if (random.unit() < 0.6) traffic.act(time + 60 + random.unit() * 600, taker, giver, { amount: amount / 1000 })
    }
  }
}

/** A sybil farm: one funds many, each does a little of what is rewarded, and gives the rest back. */
export function sybilFarm(traffic: Traffic): void {
  const { random } = traffic
  const farm = traffic.actors(traffic.between(8, 24), 'sybil')
  const owner = traffic.actor('sybil')
  const start = random.unit() * 18 * DAY
  traffic.act(start, traffic.pick(traffic.exchanges), owner, { amount: 3 })
  const [application, amount] = [traffic.popular(traffic.applications), 0.02 + random.unit() * 0.05]
  for (const [index, account] of farm.entries()) {
    const since = start + 600 + index * (60 + random.unit() * 1800)
    traffic.act(since, owner, account, { amount: amount * (0.95 + 0.1 * random.unit()) })
    let time = since
    for (let left = traffic.between(1, 5); left > 0; left--) {
      time += 600 + random.unit() * DAY
      traffic.act(time, account, random.unit() < 0.8 ? application : traffic.popular(traffic.applications), {
        what: 'call',
        amount: amount / 10,
      })
    }
    if (random.unit() < 0.5) usual(traffic, account, { friends: [], start: since, sessions: 1 })
    if (random.unit() < 0.7) traffic.act(time + random.unit() * 2 * DAY, account, owner, { amount: amount / 2 })
  }
}

/** A bot that runs ahead of others: many calls to an application day and night, in haste, some in vain. */
export function bot(traffic: Traffic): void {
  const { random } = traffic
  const actor = traffic.actor('bot')
  const start = random.unit() * 15 * DAY
  traffic.act(start, traffic.pick(traffic.exchanges), actor, { amount: 5 })
  disguise(traffic, actor, start)
  const targets = [traffic.popular(traffic.applications), traffic.popular(traffic.applications)]
  const [haste, failures] = [1.1 + random.unit() * 0.9, 0.05 + random.unit() * 0.25]
  for (let time = start + 3600, left = traffic.between(25, 90); left > 0; left--) {
    time += random.unit() < 0.75 ? 12 + random.unit() * 240 : random.unit() * DAY * 0.8
    const call = {
      what: 'call',
      amount: traffic.amount(0.3, 0.5),
      haste: haste * Math.exp(0.1 * random.normal()),
      fails: random.unit() < failures,
    } as const
    traffic.act(time, actor, traffic.pick(targets), call)
  }
}

/** Abuse of flash loans: an address that seems unused borrows, moves and returns tokens within one transaction, a few times, and takes the gain away. */
export function flashLoans(traffic: Traffic): void {
  const { random } = traffic
  const actor = traffic.actor('flash')
  const start = random.unit() * 22 * DAY
  traffic.act(start, traffic.pick(traffic.exchanges), actor, { amount: traffic.amount(0.5, 1) })
  disguise(traffic, actor, start)
  let time = start
  for (let left = traffic.between(1, 5); left > 0; left--) {
    time += random.unit() * 2 * DAY
    const loan = { what: 'loan', amount: traffic.amount(5000), haste: 1 + random.unit(), fails: random.unit() < 0.2 } as const
    traffic.act(time, actor, traffic.popular(traffic.applications), loan)
  }
  traffic.act(time + 3600, actor, traffic.pick(traffic.exchanges), { amount: traffic.amount(2) })
}

/** Honest use of flash loans: a trader repays a debt with one. */
export function refinancing(traffic: Traffic): void {
  const actor = traffic.actor()
  const start = traffic.random.unit() * 20 * DAY
  traffic.act(start, traffic.pick(traffic.exchanges), actor, { amount: traffic.amount(0.5, 1) })
  usual(traffic, actor, { friends: [], start, sessions: traffic.between(2, 8) })
  traffic.act(traffic.awake(start), actor, traffic.popular(traffic.applications), { what: 'loan', amount: traffic.amount(5000) })
}
