import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readFinality, standingClaims } from '../../src/chain/index.ts'
import { History } from '../chaos/chain/history.ts'
import { foundSoak, SOCKET } from './consortium.ts'
import type { SoakConsortium } from './consortium.ts'
import { trends } from './flatness.ts'
import type { Trend } from './flatness.ts'
import { Reconnects } from './reconnects.ts'
import { samplesCsv } from './report.ts'
import { measure } from './sample.ts'
import type { Sample } from './sample.ts'

/** How long no claim may be posted before the run is given up, seconds. */
const STOPPED_SECONDS = 900

export interface SoakOptions {
  /** Claims to be posted. */
  rounds: number
  members: number
  /** Seconds of the challenge window. No claim may become final by its time alone. */
  challenge: number
  /** Seconds between two cuts of all connections of one member, that to the chain included; 0: none. */
  reconnect: number
  /** Claims after which samples count. */
  warmUp: number
  /** Seconds between two samples. */
  every: number
  /** Where the samples go. */
  csv: string
  /** Keeps data and logs. */
  keep?: boolean
  onLine: (line: string) => void
  signal: AbortSignal
}

export interface SoakResult {
  rounds: number
  seconds: number
  cuts: number
  /** Longest time between two claims, seconds. */
  longestPause: number
  /** Most claims at a sample that were not final, and the claims that were final in the end. */
  ring: { most: number; final: number }
  trends: Trend[]
  /** What went wrong; empty if nothing did. */
  failures: string[]
  csv: string
  folder?: string
}

/** Plays many rounds with real programs and measures what they use. An interrupted run is judged by what it did. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-soak-'))
  const run = new Run(options)
  const result = await run.play(folder)
  if (options.keep || result.failures.length > 0) return { ...result, folder }
  await rm(folder, { recursive: true, force: true })
  return result
}

class Run {
  readonly #options: SoakOptions
  readonly #samples: Sample[] = []
  readonly #failures = new Set<string>()
  #miner: SoakConsortium['miner'] | undefined
  #deaths = 0
  #rounds = 0
  #began = 0
  #postedAt = 0
  #longestPause = 0
  readonly #ring = { most: 0, final: 0 }

  constructor(options: SoakOptions) {
    this.#options = options
  }

  async play(folder: string): Promise<SoakResult> {
    const { rounds, members, challenge, reconnect, warmUp, csv, onLine, signal } = this.#options
    onLine(`data and logs are in ${folder}`)
    const consortium = await foundSoak({
      folder,
      members,
      rounds: rounds + 100,
      challenge,
      keepRounds: 64,
      onEvent: (_, { event }) => {
        this.#miner?.progress()
        if (event === 'posted') this.#posted()
      },
      onDeath: ({ name }, how) => {
        if (signal.aborted) return
        this.#deaths++
        this.#failures.add(`${name} ended: ${how}`)
      },
      signal,
    })
    this.#miner = consortium.miner
    let reconnects: Reconnects | undefined
    try {
      for (const { program } of consortium.parties.values()) program.start()
      await this.#until(() => this.#rounds > 0)
      this.#began = this.#postedAt
      if (reconnect > 0) reconnects = new Reconnects(consortium.parties.get(SOCKET)!.program, reconnect * 1000)
      await this.#look(consortium)
    } catch (error) {
      if (!signal.aborted) this.#failures.add(String(error))
    } finally {
      await reconnects?.stop()
      await consortium[Symbol.asyncDispose]()
    }
    const found = trends(this.#samples, warmUp)
    for (const { program, figure, first, last, grows } of found)
      if (grows) this.#failures.add(`${program}: ${figure} grows, from ${first.toFixed(0)} to ${last.toFixed(0)}`)
    if (found.length === 0) this.#failures.add('there are too few samples after the warm-up')
    return {
      rounds: this.#rounds,
      seconds: Math.round((this.#postedAt - this.#began) / 1000),
      cuts: reconnects?.cuts ?? 0,
      longestPause: Math.round(this.#longestPause / 1000),
      ring: this.#ring,
      trends: found,
      failures: [...this.#failures],
      csv,
    }
  }

  #posted(): void {
    const now = performance.now()
    if (this.#rounds++ > 0) this.#longestPause = Math.max(this.#longestPause, now - this.#postedAt)
    this.#postedAt = now
  }

  async #until(holds: () => boolean): Promise<void> {
    const from = performance.now()
    while (!holds() && !this.#options.signal.aborted) {
      if (this.#deaths > 0) throw new Error('a program ended')
      if (performance.now() - Math.max(from, this.#postedAt) > STOPPED_SECONDS * 1000)
        throw new Error(`no claim was posted for ${STOPPED_SECONDS} s, after ${this.#rounds}`)
      await sleep(100)
    }
  }

  /** Samples until enough claims are posted. */
  async #look(consortium: SoakConsortium): Promise<void> {
    const { rounds, every, signal, csv, onLine } = this.#options
    const history = new History(consortium.founded)
    while (this.#rounds < rounds && !signal.aborted) {
      const next = performance.now() + every * 1000
      await this.#until(() => this.#rounds >= rounds || performance.now() >= next)
      const [at, posted] = [performance.now(), this.#rounds]
      for (const [program, party] of consortium.parties)
        this.#samples.push({
          program,
          seconds: Math.round((at - this.#began) / 1000),
          rounds: posted,
          figures: await measure(party),
        })
      await writeFile(csv, samplesCsv(this.#samples))
      await history.look()
      const open = await this.#ringOf(consortium, history)
      onLine(this.#progress(at, posted, open))
    }
  }

  /** What the ledger says: every round has a claim, and how many claims are not final. @returns the latter */
  async #ringOf({ founded, miner }: SoakConsortium, history: History): Promise<number> {
    for (const type of ['failed', 'voided', 'rejected', 'slashed'] as const)
      for (const event of history.of(type)) this.#failures.add(`${type}: ${'round' in event ? event.round : event.owner}`)
    const claims = standingClaims(history.events)
    const { timestamp } = await miner.head()
    for (let final = this.#ring.final; final < claims.length; final++) {
      const { round } = claims[final]!
      const found = await readFinality(founded.chain, { ledger: founded.contracts.ledger, task: founded.task, round })
      if (!found.final) break
      if (found.challengeEnd > 0 && found.challengeEnd <= timestamp) this.#failures.add(`round ${round} is final by its time`)
      this.#ring.final = final + 1
    }
    const open = claims.length - this.#ring.final
    this.#ring.most = Math.max(this.#ring.most, open)
    return open
  }

  #progress(at: number, posted: number, open: number): string {
    const { rounds } = this.#options
    const seconds = (at - this.#began) / 1000
    const latest = [...new Map(this.#samples.map((sample) => [sample.program, sample])).values()]
    const each = latest.map(({ program, figures }) => `${program} ${((figures['heapKiB'] ?? 0) / 1024).toFixed(2)}`)
    return `${seconds.toFixed(0).padStart(6)} s, ${posted}/${rounds} claims, ${open} open; heap MiB: ${each.join(', ')}`
  }
}
