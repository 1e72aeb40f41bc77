import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { freePorts } from '../../cli/demo/free-port.ts'
import { connectChain, findContracts, readClaimed, readLedgerEvents, startAnvil, standingClaims } from '../../src/chain/index.ts'
import type { Anvil, AnvilOptions } from '../../src/chain/index.ts'
import { silentLogger } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { withPorts } from './support/markdown-blocks.ts'
import { fillIn, recipeBlocks } from './support/recipe.ts'
import type { Printed, RecipeBlock } from './support/recipe.ts'
import { runShell, Terminal } from './support/shell.ts'
import { LONG } from '../support/long.ts'

/** What a step may take on a machine with other work; nothing is decided by it but failure. */
const WAIT_MS = 400_000
/** After this many rounds, every update of which counted, the reader looks and collects. */
const ROUNDS = 3
const MEMBERS = 3

/** The README on this machine: the ports that it names may be taken here. */
async function onThisMachine(blocks: RecipeBlock[], anvil: Anvil): Promise<RecipeBlock[]> {
  const named = ['7050', '7051', '4001', '4002']
  const free = await freePorts(named.length)
  return withPorts(blocks, Object.fromEntries(named.map((port, i) => [port, free[i]!])), anvil.rpcUrl)
}

/** Follows the README from its first block to its last. */
class Reader implements AsyncDisposable {
  readonly folder: string
  readonly printed: Printed = { 'ledger that deploy': [], 'owner that init': [], 'owners that keygen': [] }
  readonly operators: Terminal[] = []
  readonly members: Terminal[] = []
  /** All that foreground commands printed. */
  output = ''

  constructor(folder: string) {
    this.folder = folder
  }

  async follow({ language, kind, text }: RecipeBlock): Promise<void> {
    const filled = fillIn(text, this.printed)
    if (language === 'toml') {
      const path = join(this.folder, /^# (\S+)/.exec(filled)![1]!)
      await mkdir(dirname(path), { recursive: true })
      return writeFile(path, filled)
    }
    if (kind === 'operators' || kind === 'members') {
      for (const line of filled.trim().split('\n')) this[kind].push(new Terminal(line, this.folder))
      if (kind === 'operators')
        await Promise.all(this.operators.map(async (terminal) => terminal.shows(/^Coordinating task 1 /m, WAIT_MS)))
      return
    }
    if (kind === 'stopped') await this[Symbol.asyncDispose]()
    this.#remember(filled, await runShell(filled, this.folder))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.members, ...this.operators].map(async (terminal) => terminal.stop()))
  }

  #remember(script: string, printed: string): void {
    this.output += printed
    const all = (pattern: RegExp): string[] => [...printed.matchAll(pattern)].map((match) => match[1]!)
    this.printed['ledger that deploy'].push(...all(/^Ledger +(0x\w{40})/gm))
    this.printed[script.includes('coordinator init') ? 'owner that init' : 'owners that keygen'].push(
      ...all(/^Owner +(0x\w{40})/gm),
    )
  }
}

/** The first is the README's. `npm test` follows the tutorial; the recipe has a command of its own, `npm run test:recipe`. */
const CHAINS: [string, AnvilOptions['mining']][] = [
  ['anvil, which mines only on demand', 'automine'],
  ['anvil --block-time 1', 'interval'],
]

describe.runIf(LONG).concurrent.each(CHAINS)("the README's recipe on %s", (_, mining) => {
  it('trains a model, pays everybody within five rounds, and gives every bond back', { timeout: 900_000 }, async () => {
    await using anvil = await startAnvil({ mining })
    const folder = await mkdtemp(join(tmpdir(), 'quorate-recipe-'))
    try {
      const blocks = await onThisMachine(await recipeBlocks(), anvil)
      expect(blocks.map(({ kind }) => kind).filter(Boolean)).toEqual(['chain', 'operators', 'members', 'stopped'])
      await using reader = new Reader(folder)
      for (const block of blocks) {
        if (block.kind === 'chain') continue
        await reader.follow(block)
        if (block.kind !== 'members') continue
        // Everybody was counted, and has checked a round after that: its evidence and its agreements are everywhere.
        // Whichever operator took the seat.
        await Promise.any(reader.operators.map(async (one) => one.shows(new RegExp(`^round ${ROUNDS}: posted`, 'm'), WAIT_MS)))
        await Promise.all(
          reader.members.map(async (member) =>
            member.shows(
              new RegExp(`this member's update counts\n[^]*^round ${ROUNDS}: the claim matches its replay`, 'm'),
              WAIT_MS,
            ),
          ),
        )
        await reader.members[0]!.shows(
          new RegExp(`^round ${ROUNDS}: [\\d.]+ % of the 10000 test samples classified correctly`, 'm'),
          WAIT_MS,
        )
      }
      await report(anvil, reader)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

async function report(anvil: Anvil, reader: Reader): Promise<void> {
  const accuracy = [...reader.members[0]!.shown.matchAll(/^round (\d+): ([\d.]+) % of the 10000 test samples/gm)].map((match) =>
    Number(match[2]),
  )
  expect(accuracy.length).toBeGreaterThanOrEqual(ROUNDS)
  expect(accuracy[0]!).toBeGreaterThan(50)
  expect(accuracy[ROUNDS - 1]!).toBeGreaterThan(accuracy[0]!)
  // No node sent a call that the ledger refuses, and no node repeated a line.
  const operatorLog = await readFile(join(reader.folder, 'operator', 'coordinator.log'), 'utf8')
  expect(operatorLog).not.toMatch(/TooEarly|NOT_ENOUGH/)

  const ledger = reader.printed['ledger that deploy'][0] as Address
  const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, logger: silentLogger })
  const contracts = await findContracts(chain, { ledger })
  const task = 1n
  const events = await readLedgerEvents(chain, { contracts, task })
  // Round 1 had every member: it waited for them.
  expect(standingClaims(events)[0]).toMatchObject({ round: 1n, claim: { members: MEMBERS } })
  expect(events.filter(({ type }) => type === 'voided' || type === 'failed' || type === 'slashed')).toEqual([])
  for (const owner of reader.printed['owners that keygen'] as Address[]) {
    expect(await readClaimed(chain, { distributor: contracts.distributor, task, member: owner })).toBeGreaterThan(0n)
    expect(events.find((event) => event.type === 'withdrawn' && event.owner === owner)).toMatchObject({
      amount: parseEther('100'),
    })
  }
  expect(events.filter((event) => event.type === 'claimed')).toHaveLength(MEMBERS)
  const back = events.filter((event) => event.type === 'withdrawn' && event.amount === parseEther('1200'))
  expect(back).toHaveLength(2)
  await chain.close()
}
