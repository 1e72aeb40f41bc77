import type { Traffic } from '../traffic.ts'

const DAY = 86_400

/** Someone who uses a chain now and then: sessions of a few transactions, with shops, applications, tokens and friends. */
export function usual(
  traffic: Traffic,
  person: number,
  { friends, start, sessions }: { friends: readonly number[]; start: number; sessions: number },
): void {
  const { random } = traffic
  for (let session = 0; session < sessions; session++) {
    let time = traffic.awake(start)
    for (let left = traffic.between(1, 4); left > 0; left--) {
      const way = random.unit()
      if (way < 0.3) traffic.act(time, person, traffic.popular(traffic.shops))
      else if (way < 0.5)
        traffic.act(time, person, traffic.popular(traffic.applications), {
          what: 'call',
          amount: random.unit() < 0.5 ? 0 : traffic.amount(),
        })
      else if (way < 0.7) traffic.act(time, person, traffic.popular(traffic.shops), { what: 'token', amount: traffic.amount(20) })
      else if (way < 0.85 && friends.length > 0) {
        const friend = traffic.pick(friends)
        traffic.act(time, person, friend)
        if (random.unit() < 0.4) traffic.act(time + random.unit() * DAY, friend, person)
      } else traffic.act(time, person, traffic.pick(traffic.exchanges))
      time += 60 + random.unit() * 900
    }
  }
}

/** A group of people who know each other. An exchange gave each the first ether; in a family, one of them gave it to the others. */
export function people(traffic: Traffic): void {
  const { random } = traffic
  const group = traffic.actors(traffic.between(2, 7))
  const isFamily = random.unit() < 0.3
  const start = random.unit() < 0.6 ? 0 : random.unit() * 20 * DAY
  for (const [index, person] of group.entries()) {
    const since = start + random.unit() * DAY
    traffic.act(since, isFamily && index > 0 ? group[0]! : traffic.pick(traffic.exchanges), person, {
      amount: traffic.amount(0.5, 1),
    })
    const sessions = Math.max(1, Math.round(Math.exp(1.2 + 0.8 * random.normal())))
    usual(traffic, person, { friends: group.filter((other) => other !== person), start: since + 600, sessions })
    if (random.unit() < 0.12) subscription(traffic, person, since)
  }
}

/** The same amount to the same shop every day or week: regular, and honest. */
function subscription(traffic: Traffic, person: number, since: number): void {
  const period = traffic.pick([DAY, DAY, 7 * DAY])
  const [shop, amount] = [traffic.popular(traffic.shops), traffic.amount(0.02)]
  for (let time = since + traffic.random.unit() * period; time < 28 * DAY; time += period + traffic.random.normal() * 200)
    traffic.act(time, person, shop, { amount })
}

/** A company that pays wages, and a service that watches prices: honest machines. */
export function machine(traffic: Traffic): void {
  const { random } = traffic
  const owner = traffic.actor()
  traffic.act(random.unit() * DAY, traffic.pick(traffic.exchanges), owner, { amount: 50 })
  if (random.unit() < 0.4) {
    const staff = traffic.actors(traffic.between(5, 30))
    for (let week = 0; week < 4; week++) {
      const time = (week * 7 + 4) * DAY + 10 * 3600
      for (const [index, person] of staff.entries()) traffic.act(time + index * 15, owner, person, { amount: 0.4 })
    }
    for (const person of staff)
      usual(traffic, person, { friends: staff.slice(0, 3), start: 4 * DAY, sessions: traffic.between(1, 4) })
  } else {
    const period = 1800 + random.unit() * 6 * 3600
    const application = traffic.popular(traffic.applications)
    for (let time = DAY + random.unit() * period; time < 28 * DAY; time += period * (0.9 + 0.2 * random.unit())) {
      traffic.act(time, owner, application, { what: 'call', amount: 0 })
    }
  }
}
