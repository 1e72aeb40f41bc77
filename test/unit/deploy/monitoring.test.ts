import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { createMetrics } from '../../../src/observe/index.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const PROMETHEUS = join(ROOT, 'deploy/prometheus')

interface Alert {
  alert: string
  expr: string
  labels: { severity: string }
  annotations: { summary: string; runbook_url: string }
}

interface Panel {
  title: string
  type: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { expr: string }[]
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const [group] = (parse(read('deploy/prometheus/alerts.yml')) as { groups: { rules: Alert[] }[] }).groups
const alerts = group!.rules
const board = JSON.parse(read('deploy/grafana/quorate.json')) as { uid: string; panels: Panel[] }

/** Names that a node serves: of a histogram, its three series. */
async function servedNames(): Promise<Set<string>> {
  const text = await createMetrics({ process: true }).text()
  const names = ['up']
  for (const [, name, type] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    if (type === 'histogram') names.push(`${name!}_bucket`, `${name!}_sum`, `${name!}_count`)
    else names.push(name!)
  }
  return new Set(names)
}

function namesIn(expression: string): string[] {
  return expression.match(/\b(?:quorate|process|nodejs)_\w+|\bup\b/g) ?? []
}

/** Anchors as code forges make them of headings. */
function anchorsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

describe('the alerts', () => {
  it('use metrics that a node serves', async () => {
    const served = await servedNames()
    for (const { alert, expr } of alerts) {
      expect(namesIn(expr), alert).not.toEqual([])
      for (const name of namesIn(expr)) expect(served, `${alert}: ${name}`).toContain(name)
    }
  })

  it('link to headings of the documentation, one for each, and none is left over', () => {
    const operations = read('docs/operations.md')
    const linked = alerts.map(({ annotations }) => annotations.runbook_url)
    for (const url of linked) {
      const [file, anchor] = url.split('#')
      expect(anchorsOf(read(file!)), url).toContain(anchor)
    }
    const documented = [...operations.matchAll(/^### (Quorate\w+)$/gm)].map(([, name]) => name)
    expect(documented).toEqual(alerts.map(({ alert }) => alert))
  })

  it('link from their documentation to headings that exist', () => {
    const section = /^## Alerts$[\s\S]*?^## /m.exec(read('docs/operations.md'))![0]
    const links = [...section.matchAll(/\]\(([\w/.]*)#([\w-]+)\)/g)]
    expect(links.length).toBeGreaterThan(5)
    for (const [link, file, anchor] of links)
      expect(anchorsOf(read(join('docs', file || 'operations.md'))), link).toContain(anchor)
  })
})

/** Debian has promtool in its package `prometheus`. */
const promtool = spawnSync('promtool', ['--version']).status === 0
if (!promtool) console.error('skipped: promtool checks the alerts where the package prometheus is installed')

describe.skipIf(!promtool)('promtool', () => {
  it.each([
    ['check', 'config', 'prometheus.yml'],
    ['check', 'rules', 'alerts.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ])('%s %s accepts %s', (...args) => {
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: PROMETHEUS, encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  })

  it('fires every alert once in the tests of the rules', () => {
    const { tests } = parse(read('deploy/prometheus/alerts.test.yml')) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts: unknown[] }[] }[]
    }
    const fired = tests.flatMap(({ alert_rule_test }) => alert_rule_test).filter(({ exp_alerts }) => exp_alerts.length > 0)
    expect(fired.map(({ alertname }) => alertname).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted())
  })
})

describe('the board of Grafana', () => {
  const expressions = board.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

  it('uses metrics that a node serves', async () => {
    const served = await servedNames()
    expect(expressions.length).toBeGreaterThan(20)
    for (const { title, expr } of expressions) {
      expect(namesIn(expr), title).not.toEqual([])
      for (const name of namesIn(expr)) expect(served, `${title}: ${name}`).toContain(name)
    }
  })

  it.skipIf(!promtool)('asks in expressions that Prometheus parses', () => {
    const rules = expressions.map(({ expr }, index) => ({
      record: `board:${index}`,
      expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$node', '.*'),
    }))
    const folder = mkdtempSync(join(tmpdir(), 'quorate-board-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'board.yml'), JSON.stringify({ groups: [{ name: 'board', rules }] }))
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', join(folder, 'board.yml')], { encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  })

  it('has panels that do not overlap and stay within 24 columns', () => {
    for (const [index, { title, gridPos: a }] of board.panels.entries()) {
      expect(a.x + a.w, title).toBeLessThanOrEqual(24)
      for (const { title: other, gridPos: b } of board.panels.slice(index + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y
        expect(apart, `${title} and ${other}`).toBe(true)
      }
    }
  })
})
