import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'

/** Characters of a line that are kept. */
const LINE = 2000
/** Last lines that are kept for the message of a crash. */
const KEPT = 20
/** Lines that may be written at once, and a second. */
const BURST = 200
const RATE = 20

export interface LineLogOptions {
  /** Writes a line. */
  write: (line: string) => void
  /** Milliseconds; any origin. */
  now?: () => number
}

/** Passes the lines of a program's output on: long lines are cut, floods are thinned out, and the last lines stay known. */
export class LineLog {
  readonly #write: (line: string) => void
  readonly #now: () => number
  readonly #last: string[] = []
  #part = ''
  #tokens = BURST
  #at: number
  #dropped = 0

  constructor({ write, now = () => performance.now() }: LineLogOptions) {
    this.#write = write
    this.#now = now
    this.#at = now()
  }

  /** The last lines, oldest first. */
  get last(): readonly string[] {
    return this.#part === '' ? this.#last : [...this.#last, this.#part]
  }

  follow(stream: Readable): void {
    const decoder = new StringDecoder('utf8')
    stream.on('data', (data: Buffer) => this.take(decoder.write(data)))
    stream.on('end', () => this.flush())
    // The pipe of a program that was killed may end badly; the program's end is told elsewhere.
    stream.on('error', () => {})
  }

  take(text: string): void {
    const lines = text.split('\n')
    this.#part = (this.#part + lines[0]).slice(0, LINE)
    for (let k = 1; k < lines.length; k++) {
      this.#line(this.#part)
      this.#part = lines[k]!.slice(0, LINE)
    }
  }

  /** The output ended. */
  flush(): void {
    if (this.#part !== '') this.#line(this.#part)
    this.#part = ''
    this.#tellDropped()
  }

  #line(raw: string): void {
    const line = raw.trimEnd()
    if (line === '') return
    this.#last.push(line)
    if (this.#last.length > KEPT) this.#last.shift()
    const now = this.#now()
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#at) / 1000) * RATE)
    this.#at = now
    if (this.#tokens < 1) {
      this.#dropped++
      return
    }
    this.#tokens--
    this.#tellDropped()
    this.#write(line)
  }

  #tellDropped(): void {
    if (this.#dropped > 0) this.#write(`… ${this.#dropped} lines left out`)
    this.#dropped = 0
  }
}
