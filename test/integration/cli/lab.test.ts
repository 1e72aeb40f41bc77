import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../../../cli/main.ts')
const GRID = ['--rounds', '1', '--samples', '20', '--test-samples', '50', '--backend', 'wasm', '--attack', 'none,sign-flip']

let folder: string

async function lab(...args: string[]): Promise<{ cells: number; finished: number; ran: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'lab', ...GRID, '--out', folder, '--json', ...args])
  return JSON.parse(stdout) as { cells: number; finished: number; ran: number }
}

const written = async (name: string): Promise<string> => readFile(join(folder, name), 'utf8')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-lab-'))
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

describe('quorate lab', () => {
  it('runs a shard, reports without running, and resumes', async () => {
    expect(await lab('--rule', 'mean', '--shard', '1/2')).toMatchObject({ cells: 2, finished: 1, ran: 1 })
    expect(await lab('--rule', 'mean,gm', '--report-only')).toMatchObject({ cells: 4, finished: 1, ran: 0 })
    expect(await written('report.md')).toContain('| none |')
    expect(JSON.parse(await written('report.json'))).toMatchObject({ finished: 1, cells: 4 })
    expect(await lab('--rule', 'mean')).toMatchObject({ cells: 2, finished: 2, ran: 1 })
    expect(await written('report.html')).toContain('sign-flip')
  })

  it('stopped, it reports what is finished and says how to go on', async () => {
    const seeds = Array.from({ length: 500 }, (_, seed) => seed + 1)
    const args = [MAIN, 'lab', ...GRID, '--out', folder, '--rule', 'gm', '--seed', seeds.join()]
    const running = promisify(execFile)(process.execPath, args)
    running.child.stderr!.once('data', () => running.child.kill('SIGINT'))
    const { code, stderr } = await running.then(
      () => ({ code: 0, stderr: '' }),
      (error: { code: number; stderr: string }) => error,
    )
    expect(code).not.toBe(0)
    expect(stderr).toMatch(/^\[1\/1000\] /)
    expect(stderr).toMatch(/[1-9] of 1000 cells finished: .*report\.html; run the same command again to continue/)
    expect(await written('report.md')).toContain('| gm |')
  })
})

describe('quorate lab inversion', () => {
  const inversion = async (...args: string[]): Promise<Record<string, unknown>> => {
    const options = ['--model', 'mlp', '--attack', 'dense', '--images', '1', '--backend', 'wasm', '--out', folder, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'lab', 'inversion', ...options, ...args])
    return JSON.parse(stdout) as Record<string, unknown>
  }

  it('attacks each victim once, and shows what was recovered', async () => {
    expect(await inversion('--view', 'plain', '--victims', '1')).toMatchObject({ cases: 1, finished: 1, ran: 1 })
    expect(await inversion('--view', 'plain,dp:3', '--victims', '2')).toMatchObject({ cases: 4, finished: 4, ran: 3 })
    expect(await written('inversion.md')).toMatch(/\| mlp \| 1, one step \| int8 update, read off \| 2 \| (1\.00|0\.9\d) /)
    const picture = await written('inversion.svg')
    expect(picture).toContain('ε = 3, read off: SSIM 0.')
    // The originals, then what each view tells of them.
    expect(picture.match(/<image /g)).toHaveLength(3)
  })

  it('says what an option takes', async () => {
    await expect(inversion('--view', 'bucket:2')).rejects.toMatchObject({
      code: 2,
      stdout: expect.stringContaining('a bucket has 3 to 8 members') as string,
    })
  })
})

it('quorate lab membership attacks every member, and resumes', async () => {
  const membership = async (views: string): Promise<Record<string, unknown>> => {
    const size = ['--members', '4', '--records', '12', '--rounds', '1', '--epochs', '2', '--seed', '1']
    const options = [...size, '--view', views, '--backend', 'wasm', '--out', folder, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'lab', 'membership', ...options])
    return JSON.parse(stdout) as Record<string, unknown>
  }
  expect(await membership('plain')).toMatchObject({ cases: 1, finished: 1, ran: 1 })
  expect(await membership('plain,bucket:4')).toMatchObject({ cases: 2, finished: 2, ran: 1 })
  expect(await written('membership.md')).toMatch(/\| bucket of 4 \| 4 \| 0\.\d{3} ± /)
  expect(await written('membership.svg')).toContain('direction of the updates')
})

it('quorate lab noise compares budgets, and resumes', async () => {
  const noise = async (...args: string[]): Promise<Record<string, unknown>> => {
    const size = ['--members', '4', '--rounds', '1', '--samples', '20', '--batch', '10', '--test-samples', '50', '--seed', '1']
    const options = [...size, ...args, '--model', 'mlp', '--backend', 'wasm', '--out', folder, '--json']
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, 'lab', 'noise', ...options])
    return JSON.parse(stdout) as Record<string, unknown>
  }
  expect(await noise('--epsilon', 'none')).toMatchObject({ runs: 1, finished: 1, ran: 1 })
  expect(await noise('--epsilon', 'none,2')).toMatchObject({ runs: 2, finished: 2, ran: 1 })
  expect(await written('noise.md')).toMatch(/\| ε = 2 \| 1 \| \d+\.\d \|/)
  expect(await written('noise.svg')).toContain('no noise')
})
