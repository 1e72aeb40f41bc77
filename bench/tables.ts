import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StageRow } from './aggregation.ts'
import { RULES } from './coordinates.ts'
import type { CoordinatesRow } from './coordinates.ts'
import type { GpuReport } from './gpu.ts'
import type { Report } from './main.ts'
import { shown } from './measure.ts'
import type { Timing } from './measure.ts'
import type { PeerReport } from './peers/index.ts'
import { median } from './quantile.ts'
import { PHASES } from './whole-round/quorate.ts'
import type { Spent } from './whole-round/quorate.ts'
import type { WholeRoundReport } from './whole-round/index.ts'

const FILE = join(import.meta.dirname, '../docs/performance.md')

/** Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench -->` by the tables of the parts that ran. */
export function writeTables(report: Report): void {
  let text = readFileSync(FILE, 'utf8')
  for (const [name, lines] of Object.entries(tablesOf(report))) {
    const stamp = `Run ${report.when.slice(0, 10)} at ${report.commit}, load ${report.machine.load.toFixed(1)} at the start.`
    const block = `<!-- bench:${name} -->\n${[stamp, '', ...lines].join('\n')}\n<!-- /bench -->`
    text = text.replace(new RegExp(`<!-- bench:${name} -->[\\s\\S]*?<!-- /bench -->`), () => block)
  }
  writeFileSync(FILE, text)
}

function tablesOf(report: Report): Record<string, string[]> {
  const { round, aggregation, coordinates, trees, streaming, gpu, peers, chain } = report
  return {
    ...(round && { round: roundTables(round) }),
    ...(aggregation && { aggregation: stages(aggregation) }),
    ...(coordinates && { coordinates: coordinateTable(coordinates) }),
    ...(trees && {
      trees: table(
        ['processor time', 'WASM SIMD', 'twin', 'ratio'],
        trees.map(({ what, wasm, twin }) => [what, shown(wasm), twin ? shown(twin) : '–', twin ? times(twin / wasm) : '–']),
      ),
    }),
    ...(streaming && {
      streaming: table(
        ['n', 'd', 'Gram', 'Gram tree', 'sum, step, trees', 'memory above baseline'],
        streaming.map((row) => [
          String(row.n),
          row.d.toLocaleString('en'),
          shown(row.gram),
          shown(row.gramRoot),
          shown(row.step),
          `${row.peak.toFixed(0)} MB`,
        ]),
      ),
    }),
    ...(gpu && { gpu: gpuTables(gpu) }),
    ...(peers && { peers: 'skipped' in peers ? [peers.skipped] : peerTables(peers) }),
    ...(chain && {
      chain: table(
        ['contract', 'call', 'gas'],
        Object.entries(chain).flatMap(([contract, calls]) =>
          Object.entries(calls).map(([call, gas]) => [contract, call, gas.toLocaleString('en')]),
        ),
      ),
    }),
  }
}

function stages(rows: StageRow[]): string[] {
  const stage = (name: string, of: (row: StageRow) => Timing): string[] => [name, ...rows.map((row) => shown(of(row).cpu))]
  return table(
    ['processor time, d = 2²⁰', ...rows.map(({ n }) => `n = ${n}`)],
    [
      stage('Gram', (row) => row.gram),
      stage('`gramRoot`', (row) => row.gramRoot),
      stage('rule with trace', (row) => row.rule),
      stage('`traceRoot`', (row) => row.traceRoot),
      stage('sum, step, transition and model trees', (row) => row.step),
      stage('whole step: admission to all roots', (row) => row.whole),
      stage('the same when chunks have to be hashed again', (row) => row.rehashed),
      ['whole step on the wall', ...rows.map((row) => shown(row.whole.wall))],
      stage('the claim of a node, from files, and its opening', (row) => row.claim),
    ],
  )
}

function roundTables({ n, d, moving, quorate, flower }: WholeRoundReport): string[] {
  const seconds = (value: number): string => (Number.isNaN(value) ? '–' : `${value.toFixed(2)} s`)
  const line = (what: string, spent: readonly Spent[]): string[] => {
    const of = (pick: (values: number[]) => number, key: keyof Spent): string => seconds(pick(spent.map((one) => one[key])))
    return [
      what,
      of(median, 'wall'),
      of((all) => Math.min(...all), 'wall'),
      of(median, 'cpu'),
      of((all) => Math.min(...all), 'cpu'),
    ]
  }
  const { perRound, rounds, duties } = quorate
  return [
    `n = ${n}, d = ${d.toLocaleString('en')}, ${rounds.length} rounds. Processor time of all programs together.`,
    '',
    ...table(
      ['phase', 'wall, median', 'least', 'processor, median', 'least'],
      [
        ...PHASES.map((phase) =>
          line(
            phase,
            rounds.map(({ phases }) => phases[phase]),
          ),
        ),
        line(
          '**seal to next opening**',
          rounds.map(({ whole }) => whole),
        ),
        ...('skipped' in flower ? [] : [line(`Flower ${flower.version}, Krum, a round`, flower.rounds)]),
      ],
    ),
    ...('skipped' in flower ? ['', flower.skipped] : []),
    '',
    ...table(
      ['in a round', 'figure'],
      [
        ['moving the updates, processor time by node', shown(moving.cpu)],
        ['bytes of updates fetched, all nodes', `${(perRound.updateBytes / 1e6).toFixed(2)} MB`],
        ['blob requests, all nodes', perRound.requests.toFixed(0)],
        ['streams opened for them, all nodes', perRound.streams.toFixed(0)],
        ['gossip messages published, all nodes', perRound.gossip.toFixed(0)],
        ...Object.entries(duties).map(([duty, mean]) => [`duty \`${duty}\`, mean on the wall`, shown(mean * 1000)]),
      ],
    ),
  ]
}

function coordinateTable(rows: CoordinatesRow[]): string[] {
  const line = (name: string, of: (row: CoordinatesRow) => Timing): string[] => [name, ...rows.map((row) => shown(of(row).cpu))]
  return table(
    ['processor time, d = 2²⁰', ...rows.map(({ n }) => `n = ${n}`)],
    [
      line('trimmed mean alone', (row) => row.trimmedMean),
      line('median alone', (row) => row.median),
      ...RULES.map((rule) => line(`rule \`${rule}\` with shares and scores`, (row) => row.rules[rule])),
    ],
  )
}

function gpuTables({ checks, device }: GpuReport): string[] {
  const lines = table(
    ['processor time, d = 2²⁰', ...checks.map(({ n }) => `n = ${n}`)],
    [
      ['check of what a device returns', ...checks.map(({ check }) => shown(check.cpu))],
      ['Gram matrix by the wasm kernel', ...checks.map(({ wasm }) => shown(wasm.cpu))],
    ],
  )
  // A software adapter is no GPU.
  if ('skipped' in device || device.software) return lines
  return [
    ...lines,
    '',
    ...table(
      [`on the wall, rows in files; ${device.adapter}`, ...device.rows.map(({ n }) => `n = ${n}`)],
      [
        ['webgpu', ...device.rows.map(({ webgpu }) => shown(webgpu.wall))],
        ['wasm, all threads', ...device.rows.map(({ wasm }) => shown(wasm.wall))],
      ],
    ),
  ]
}

function peerTables({ timings, n, d, byzantine, blas, gram100, whole, versions }: PeerReport): string[] {
  const peers = [...new Set(timings.map(({ peer }) => peer))]
  const rules = [...new Set(timings.map(({ rule }) => rule))]
  const of = (peer: string, rule: string): number =>
    timings.find((row) => row.peer === peer && row.rule === rule)?.cpu ?? Number.NaN
  const cell = (time: number): string => (Number.isNaN(time) ? '–' : shown(time))
  const byzfl = Math.min(of('ByzFL', 'nnm + gm'), of('ByzFL on torch', 'nnm + gm'))
  const target = (what: string, over: number, under: number, wanted: string): string[] => [
    what,
    `${shown(over)} / ${shown(under)} = ${times(over / under)}`,
    wanted,
  ]
  const used = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return [
    `n = ${n}, ${byzantine} Byzantine, d = ${d.toLocaleString('en')}; ${used.join(', ')}. Processor time.`,
    '',
    ...table(
      ['rule', ...peers],
      rules.map((rule) => [rule, ...peers.map((peer) => cell(of(peer, rule)))]),
    ),
    '',
    ...table(
      ['target', 'figure', 'wanted'],
      [
        target('Flower Krum / our whole step', of('Flower', 'krum'), whole.cpu, '≥ 20×'),
        target('ByzFL NNM + GM (faster of two) / our whole step', byzfl, whole.cpu, '≥ 5×'),
        target('Flower trimmed mean / ours', of('Flower', 'trimmed-mean'), of('Quorate', 'trimmed-mean'), '≥ 10×'),
        ...Object.entries(blas).map(([product, { cpu }]) =>
          target(`our Gram, n = 100 / BLAS float32 \`${product}\``, gram100.cpu, cpu, '≤ 1.5×'),
        ),
      ],
    ),
  ]
}

function table(head: string[], rows: string[][]): string[] {
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}

function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`
}
