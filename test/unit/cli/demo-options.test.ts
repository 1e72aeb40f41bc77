import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { requireDashboard } from '../../../cli/demo/open-page.ts'
import { parseDemoFlags } from '../../../cli/demo/options.ts'
import type { DemoFlags } from '../../../cli/demo/options.ts'
import { isQuorateError } from '../../../src/core/index.ts'

const FLAGS: DemoFlags = {
  members: 8,
  rounds: 10,
  attack: [],
  rule: 'nnmGm',
  model: 'mlp',
  partition: 'dirichlet:0.5',
  backend: 'auto',
  seed: 1,
  json: false,
  keep: false,
}
const attacks = (flags: Partial<DemoFlags>): string[] =>
  parseDemoFlags({ ...FLAGS, ...flags }).attacks.filter((attack) => attack !== undefined)

describe('poisoners of the demo', () => {
  it.each([
    [3, []],
    [4, ['sign-flip']],
    [7, ['sign-flip']],
    [8, ['sign-flip', 'label-flip']],
    [64, ['sign-flip', 'label-flip']],
  ])('%i members: at most a quarter poison by default', (members, expected) => {
    expect(attacks({ members })).toEqual(expected)
  })

  it('those named, or none', () => {
    expect(attacks({ attack: ['gaussian:2', 'sign-flip'] })).toEqual(['gaussian', 'gaussian', 'sign-flip'])
    expect(attacks({ attack: ['none'] })).toEqual([])
  })
})

describe('the rule of the demo', () => {
  it.each(['mean', 'nnmGm', 'held-nnm-gm'])('may be %s', (rule) => {
    expect(parseDemoFlags({ ...FLAGS, rule }).rule).toBe(rule)
  })

  it.each(['krum', 'median', 'novelty-nnm-gm', 'nnm-trimmed-mean'])('is not %s, which only the lab runs', (rule) => {
    const parse = (): unknown => parseDemoFlags({ ...FLAGS, rule })
    expect(parse).toThrow(expect.objectContaining({ code: 'RULE_NOT_PROVABLE' }))
    expect(parse).toThrow('nnmGm, held-nnm-gm, mean')
  })
})

describe('wrong flags name themselves and never a configuration file', () => {
  it.each<[string, Partial<DemoFlags>]>([
    ['--members', { members: 2 }],
    ['--rounds', { rounds: 1001 }],
    ['--rule', { rule: 'best' }],
    ['--model', { model: 'gpt' }],
    ['--partition', { partition: 'half' }],
    ['--backend', { backend: 'tpu' }],
    ['--attack', { attack: ['magic'] }],
    ['--attack', { attack: ['sign-flip:0'] }],
    ['--attack', { members: 4, attack: ['sign-flip:2'] }],
  ])('%s', (flag, wrong) => {
    const error = (() => {
      try {
        return parseDemoFlags({ ...FLAGS, ...wrong })
      } catch (thrown) {
        return thrown
      }
    })()
    if (!isQuorateError(error, 'FLAG_INVALID')) throw error
    expect(error.message).toContain(flag)
    expect(error.exitCode).toBe(2)
    expect(error.advice).not.toContain('configuration')
  })
})

describe('--open', () => {
  it('needs a dashboard that is built, and says how to build it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorate-dashboard-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    expect(() => requireDashboard(folder)).toThrow('npm run build:dashboard')
    writeFileSync(join(folder, 'index.html'), '')
    expect(() => requireDashboard(folder)).not.toThrow()
  })
})
