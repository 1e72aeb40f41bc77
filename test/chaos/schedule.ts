import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { faultNames } from '../../cli/demo/claim-faults.ts'
import { PHASES } from '../../src/protocol/index.ts'
import { createRandom } from '../../src/training/index.ts'
import { SEVERAL, SOCKETS } from './consortium.ts'
import { FAULTS, oneOf } from './faults/index.ts'
import type { Action, Fault, Shape } from './faults/index.ts'
import { MOMENTS } from './moment.ts'
import { evidenceLies } from './programs/evidence-lies.ts'

const actionSchema = z.strictObject({
  at: z.union([
    z.number().min(0),
    z.strictObject({ phase: z.enum(MOMENTS), after: z.number().min(0).optional(), delay: z.number().min(0).optional() }),
  ]),
  fault: z.string().refine((name) => FAULTS.has(name), 'no such fault'),
  target: z.union([z.string(), z.array(z.string()).min(1)]),
  seconds: z.union([z.number().min(0), z.strictObject({ chain: z.number().positive() })]),
  params: z.record(z.string(), z.union([z.number(), z.string()])).optional(),
})

const scheduleSchema = z.strictObject({
  /** Why it is kept. */
  about: z.string().optional(),
  seed: z.int(),
  /** How long faults begin; what is wrong then heals, and a quiet time follows. */
  seconds: z.number().positive(),
  members: z.int().min(3).max(16),
  /** Seconds of the chain in a second. */
  pace: z.number().positive(),
  /** What each operator that lies does. */
  lies: z.array(z.string()),
  actions: z.array(actionSchema),
})

/** All that a run depends on, as far as it can be repeated. */
export type Schedule = z.output<typeof scheduleSchema>

export async function readSchedule(path: string): Promise<Schedule> {
  return scheduleSchema.parse(JSON.parse(await readFile(path, 'utf8')))
}

/** One action a line, so that lines can be taken out by hand. */
export function formatSchedule({ actions, ...rest }: Schedule): string {
  const head = JSON.stringify(rest).slice(0, -1)
  return `${head},"actions":[\n${actions.map((action) => `  ${JSON.stringify(action)}`).join(',\n')}\n]}\n`
}

export interface DrawOptions {
  seed: number
  minutes: number
  members?: number
  pace?: number
  /** Names of faults or groups; all by default. */
  faults?: readonly string[]
  /** Mean time between the beginnings of two faults, s. */
  every?: number
}

/** What an operator may lie about: in its claim, or by evidence that is of no use. */
const LIES = [...faultNames, ...evidenceLies]
/** Seconds between two lies, at least: each needs the seat, a claim and a proof. */
const LIE_EVERY = 100
/** A member's configuration names at most 16 operators, and two of them do not lie. */
const MOST_LIES = 14
/** Whose program is gone is left alone so long after it is back, s. */
const REST = 5
/** Faults that take a program away, or its files. */
const AWAY = ['process', 'disk', 'lie']

/** Who runs in a consortium of that size. */
export function shapeOf(members: number, lies: readonly string[]): Shape {
  const names = Array.from({ length: members }, (_, index) => `member-${index}`)
  const operators = ['coordinator', 'standby']
  const http = [...operators, ...names].filter((name) => !SOCKETS.includes(name))
  return { operators, members: names, sockets: SOCKETS, several: SEVERAL, http, lies }
}

/** Two schedules for one consortium, one after the other; founding it costs more than half a minute of faults. */
export function joined(first: Schedule, second: Schedule): Schedule {
  const later = ({ at, target, ...action }: Action): Action => ({
    ...action,
    at:
      typeof at === 'number' ? at + first.seconds : { ...at, ...(at.after !== undefined && { after: at.after + first.seconds }) },
    target: Array.isArray(target) ? target.map((name) => otherLiar(name)) : otherLiar(target),
  })
  const otherLiar = (name: string): string =>
    name.replace(/^liar-(\d+)$/, (_, index) => `liar-${Number(index) + first.lies.length}`)
  return {
    ...first,
    seconds: first.seconds + second.seconds,
    lies: [...first.lies, ...second.lies],
    actions: [...first.actions, ...second.actions.map((action) => later(action))],
  }
}

/** The faults asked for, by name or group. @throws Error for a name that is neither */
export function faultsNamed(names: readonly string[] | undefined): Fault[] {
  if (!names) return [...FAULTS.values()]
  return [
    ...new Set(
      names.flatMap((name) => {
        const found = [...FAULTS.values()].filter((fault) => fault.name === name || fault.group === name)
        if (found.length === 0) throw new Error(`no fault or group is called ${name}; faults: ${[...FAULTS.keys()].join(' ')}`)
        return found
      }),
    ),
  ]
}

/** A schedule from a seed: groups are equally likely, then the faults of the group, then whom they strike. */
export function drawSchedule({ seed, minutes, members = 4, pace = 8, faults: names, every = 4 }: DrawOptions): Schedule {
  const source = createRandom(seed, 'chaos')
  const random = (): number => source.unit()
  const faults = faultsNamed(names)
  const seconds = minutes * 60
  const lies = faults.some(({ group }) => group === 'lie')
    ? Array.from({ length: Math.min(MOST_LIES, Math.max(1, Math.floor(seconds / LIE_EVERY))) }, () => oneOf(random, LIES))
    : []
  const shape = shapeOf(members, lies)
  const groups = [...new Set(faults.map(({ group }) => group))]
  const busy = new Map<string, number>()
  const actions: Action[] = []
  let lied = 0
  for (let at = 1 + random() * every; at < seconds; at += -Math.log(1 - random()) * every) {
    const group = oneOf(random, groups)
    const fault = oneOf(
      random,
      faults.filter((one) => one.group === group),
    )
    const targets = fault.targets(shape).filter((target) => (busy.get(target) ?? 0) <= at)
    const duration = round(fault.seconds[0] + random() ** 2 * (fault.seconds[1] - fault.seconds[0]))
    const action: Action = { at: round(at), fault: fault.name, target: '', seconds: duration }
    const phase = random() < 0.5 ? oneOf(random, PHASES) : undefined
    if (phase && group !== 'lie') action.at = { phase, after: round(at) }
    if (fault.draw) action.params = fault.draw(random)
    if (group === 'lie') {
      const next = `liar-${lied}`
      if (lied >= lies.length || (busy.get('liars') ?? 0) > at) continue
      action.target = next
      lied++
      busy.set('liars', at + LIE_EVERY)
      for (const operator of shape.operators) busy.set(operator, at + duration + 30)
    } else {
      if (targets.length === 0) continue
      const target = oneOf(random, targets)
      action.target = target
      if (AWAY.includes(group)) busy.set(target, at + duration + REST)
    }
    actions.push(order(action))
  }
  return { seed, seconds, members, pace, lies, actions }
}

function round(seconds: number): number {
  return Math.round(seconds * 10) / 10
}

/** Fields in the order in which a reader wants them. */
function order({ at, fault, target, seconds, params }: Action): Action {
  return { at, fault, target, seconds, ...(params && { params }) }
}
