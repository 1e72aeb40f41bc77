import { h } from 'preact'
import type { JSX } from 'preact'

/** A phase of a round: its name and its ends in seconds of the chain. */
export interface Phase {
  name: string
  from: number
  to: number
}

const WIDTH = 720
const HEIGHT = 64

/** The phases of a round one after the other, each as long as its window, with the time of the chain as a line across. */
export function Timeline({
  title,
  phases,
  now,
  current,
}: {
  title: string
  phases: readonly Phase[]
  now: number
  current: string | null
}): JSX.Element {
  const [start, end] = [phases[0]?.from ?? 0, phases.at(-1)?.to ?? 1]
  const place = (time: number): number => Math.max(0, Math.min(WIDTH, ((time - start) / Math.max(1, end - start)) * WIDTH))
  const reached = phases.findIndex(({ name }) => name === current)
  return h(
    'svg',
    { class: 'chart timeline', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': title },
    phases.map(({ name, from, to }, index) => {
      const width = place(to) - place(from)
      const state = index === reached ? 'now' : reached >= 0 && index < reached ? 'done' : 'todo'
      return h('g', { key: name }, [
        h('rect', { class: state, x: place(from) + 1, y: 24, width: Math.max(1, width - 2), height: 22, rx: 4 }),
        width > 44 && h('text', { x: place(from) + 4, y: 18 }, index === reached ? `▸ ${name}` : name),
      ])
    }),
    h('line', { class: 'clock', x1: place(now), x2: place(now), y1: 20, y2: 52 }),
    h('text', { x: Math.max(18, Math.min(WIDTH - 18, place(now))), y: 63, 'text-anchor': 'middle' }, 'now'),
  )
}
