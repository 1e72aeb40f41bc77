import { h } from 'preact'
import type { JSX } from 'preact'

export interface Bar {
  label: string
  value: number
  /** As it is written beside the bar. */
  text: string
}

const WIDTH = 720
const LEFT = 150
const RIGHT = 150
const ROW = 30

/** Amounts side by side, the largest first. */
export function BarChart({ title, bars }: { title: string; bars: readonly Bar[] }): JSX.Element {
  const most = Math.max(...bars.map(({ value }) => value), 0) || 1
  return h(
    'svg',
    { class: 'chart', viewBox: `0 0 ${WIDTH} ${Math.max(1, bars.length) * ROW}`, role: 'img', 'aria-label': title },
    bars.map(({ label, value, text }, row) => {
      const width = (Math.max(0, value) / most) * (WIDTH - LEFT - RIGHT)
      return h('g', { key: label }, [
        h('text', { x: LEFT - 8, y: row * ROW + 20, 'text-anchor': 'end' }, label),
        h('rect', { class: 's1', x: LEFT, y: row * ROW + 6, width: Math.max(1, width), height: ROW - 12, rx: 3 }),
        h('text', { x: LEFT + width + 8, y: row * ROW + 20 }, text),
      ])
    }),
  )
}
