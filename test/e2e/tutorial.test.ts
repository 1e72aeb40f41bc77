import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePorts } from '../../cli/demo/free-port.ts'
import { startAnvil } from '../../src/chain/index.ts'
import type { Anvil } from '../../src/chain/index.ts'
import { markdownBlocks, withPorts } from './support/markdown-blocks.ts'
import type { MarkdownBlock } from './support/markdown-blocks.ts'
import { runShell, Terminal } from './support/shell.ts'

/** What a step may take on a machine with other work; nothing is decided by it but failure. */
const WAIT_MS = 400_000

let anvil: Anvil
let folder: string
let blocks: MarkdownBlock[]
const terminals: Terminal[] = []

beforeAll(async () => {
  anvil = await startAnvil({ mining: 'automine' })
  folder = await mkdtemp(join(tmpdir(), 'quorate-tutorial-'))
  const [grpc, p2p] = await freePorts(2)
  blocks = withPorts(await markdownBlocks('docs/tutorial.md'), { 7050: grpc!, 4001: p2p! }, anvil.rpcUrl)
})
afterAll(async () => {
  await Promise.all(terminals.map(async (terminal) => terminal.stop()))
  await anvil?.stop()
  await rm(folder, { recursive: true, force: true })
})

function open(command: string): Terminal {
  const terminal = new Terminal(command, folder)
  terminals.push(terminal)
  return terminal
}

it('the tutorial ends with a round that three members with tables of their own replayed, and that anybody can audit', async () => {
  expect(blocks.map(({ kind }) => kind)).toEqual(['prepare', 'chain', '', '', 'operator', 'members', 'finish'])
  // What a reader types after the preparation: each member types one line.
  expect(blocks.slice(1, -1)).toHaveLength(5)
  let printed = ''
  for (const { kind, text } of blocks) {
    if (kind === 'chain') continue
    if (kind === 'operator') {
      await open(text).shows(/^Coordinating task 1 /m, WAIT_MS)
    } else if (kind === 'members') {
      const lines = text.trim().split('\n')
      expect(lines).toHaveLength(3)
      const members: Terminal[] = []
      for (const line of lines) {
        const member = open(line)
        members.push(member)
        // One after the other, as the text says: the development key serves one at a time.
        await member.shows(/ takes part in task 1\./, WAIT_MS)
      }
      await Promise.all(
        members.map(async (member) => {
          // A round after it, so that its agreements are everywhere.
          await member.shows(
            /^round 1: the claim matches its replay; this member's update counts\n[^]*^round 2: the claim matches its replay/m,
            WAIT_MS,
          )
          await member.shows(/^round 1: [\d.]+ % of the \d+ test samples classified correctly \(loss [\d.]+.*\)$/m, WAIT_MS)
        }),
      )
    } else printed = await runShell(text, folder)
  }
  expect(printed).toMatch(/^0x\w{40} received [\d.]+ dQRT for the rounds up to \d+/m)
  expect(printed).toMatch(/^Final: up to round \d+/m)
  expect(printed).toMatch(/^\d+ rounds? replayed from genesis: every model root and ledger root matches the chain/m)
})
