import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePorts } from '../../../cli/demo/free-port.ts'
import { startAnvil } from '../../../src/chain/index.ts'
import type { Anvil } from '../../../src/chain/index.ts'
import { markdownBlocks, withPorts } from './markdown-blocks.ts'
import type { MarkdownBlock } from './markdown-blocks.ts'
import { runShell, Terminal } from './shell.ts'

/** What a step may take on a machine with other work; nothing is decided by it but failure. */
export const WAIT_MS = 400_000

/** Ports that the pages name. */
const PORTS = ['7050', '7051', '4001', '4002']

/** A member checked round 2: the evidence of round 1 and the agreements to it are everywhere. */
const TWO_ROUNDS =
  /^round 1: the claim matches its replay; this member's update counts\n[^]*^round 2: the claim matches its replay/m

/**
 * A reader who follows pages block by block, in an empty folder and with a chain of its own. What follows the language of a
 * fenced block says how it is run:
 *
 * | block | is |
 * |---|---|
 * | `sh` | run to its end |
 * | `sh chain` | the chain, which runs already |
 * | `sh run` | programs, each in a terminal of its own, one after the other |
 * | `sh later` | run when every member has checked two rounds |
 * | `sh stopped` | run when all programs were stopped with Ctrl-C |
 *
 * @example
 * await using walk = await PageWalk.begin()
 * const printed = await walk.follow('docs/join.md')
 */
export class PageWalk implements AsyncDisposable {
  readonly folder: string
  readonly members: Terminal[] = []
  readonly #anvil: Anvil
  readonly #ports: Readonly<Record<string, number>>
  readonly #terminals: Terminal[] = []

  private constructor(folder: string, anvil: Anvil, ports: Readonly<Record<string, number>>) {
    this.folder = folder
    this.#anvil = anvil
    this.#ports = ports
  }

  static async begin(): Promise<PageWalk> {
    const free = await freePorts(PORTS.length)
    const anvil = await startAnvil({ mining: 'automine' })
    const folder = await mkdtemp(join(tmpdir(), 'quorate-page-'))
    return new PageWalk(folder, anvil, Object.fromEntries(PORTS.map((port, i) => [port, free[i]!])))
  }

  /** The blocks of a page, in order, for this chain and these ports. */
  async blocks(page: string): Promise<MarkdownBlock[]> {
    return withPorts(await markdownBlocks(page), this.#ports, this.#anvil.rpcUrl)
  }

  /**
   * Runs the shell blocks of a page from the first to the last.
   *
   * @param options `only`: blocks of this kind, all by default
   * @returns what the blocks printed that ran to their end
   */
  async follow(page: string, { only }: { only?: string } = {}): Promise<string> {
    let printed = ''
    for (const block of await this.blocks(page)) {
      if (block.language === 'sh' && (only ?? block.kind) === block.kind) printed += await this.#run(block)
    }
    return printed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    await this.#anvil.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #run({ kind, text }: MarkdownBlock): Promise<string> {
    if (kind === 'chain') return ''
    if (kind === 'run') {
      for (const line of text.trim().split('\n')) await this.#start(line)
      return ''
    }
    if (kind === 'later') await Promise.all(this.members.map(async (member) => member.shows(TWO_ROUNDS, WAIT_MS)))
    if (kind === 'stopped') await this.#stop()
    return runShell(`${RECALL}${text}${remember(text)}`, this.folder)
  }

  async #start(line: string): Promise<void> {
    const terminal = new Terminal(line, this.folder)
    this.#terminals.push(terminal)
    if (/ coordinator run /.test(line)) {
      await terminal.shows(/^Coordinating task 1 /m, WAIT_MS)
    } else {
      this.members.push(terminal)
      // One after the other: a development key serves one at a time.
      await terminal.shows(/ takes part in task 1\./, WAIT_MS)
    }
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#terminals.splice(0).map(async (terminal) => terminal.stop()))
  }
}

/** A reader's terminal keeps its variables from block to block. */
const RECALL = '[ ! -f .variables ] || source .variables\n'

function remember(script: string): string {
  const names = [...script.matchAll(/^([A-Z]+)=/gm)].map(([, name]) => name!)
  return names.map((name) => `\nprintf '${name}=%q\\n' "$${name}" >> .variables`).join('')
}
