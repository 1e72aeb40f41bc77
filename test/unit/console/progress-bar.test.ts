import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { ProgressBar } from '../../../src/console/index.ts'

/** A bar whose clock a test moves, and what it wrote. */
function started({ isTTY }: { isTTY: boolean }) {
  const written: string[] = []
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 }) as unknown as NodeJS.WriteStream
  stream.on('data', (data: Buffer) => written.push(stripVTControlCharacters(data.toString())))
  const lines: string[] = []
  let time = 0
  const output = { story: (line: string) => void lines.push(line) }
  const bar = new ProgressBar({ output, unit: 'round', total: 4, doing: 'replaying', stream, now: () => time })
  return {
    bar,
    lines,
    last: () => written.join('').trim().split('\n').at(-1),
    pass: (seconds: number) => (time += 1000 * seconds),
  }
}

it('a terminal sees how far the work is, and how long the rest takes at the same pace', () => {
  const { bar, last, pass } = started({ isTTY: true })
  pass(10)
  bar.done()
  expect(last()).toBe('██████░░░░░░░░░░░░░░░░░░  replaying, round 1 of 4, about 30 s left')
  pass(190)
  bar.done()
  expect(last()).toBe('████████████░░░░░░░░░░░░  replaying, round 2 of 4, about 4 min left')
  bar.spare(1)
  pass(10)
  bar.doing('the end')
  bar.done()
  expect(last()).toBe('████████████████████████  the end, round 3 of 3')
})

it('the total may become known later', () => {
  const { bar, last, pass } = started({ isTTY: true })
  pass(1)
  bar.done(100)
  expect(last()).toContain('round 1 of 100, about 2 min left')
})

it('a pipe gets whole lines alone', () => {
  const { bar, lines, last, pass } = started({ isTTY: false })
  pass(10)
  bar.done()
  bar.line(`round 1${bar.left()}`)
  expect(lines).toEqual(['round 1, about 30 s left'])
  expect(last()).toBe('')
})
