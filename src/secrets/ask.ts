import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'

/**
 * Asks for a secret on the terminal, on stderr, and shows nothing of what is typed.
 *
 * @returns undefined if stdin is no terminal
 * @throws Error AbortError when the user presses Ctrl-C
 */
export async function askSecret(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined
  process.stderr.write(question)
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true })
  const interrupted = new AbortController()
  terminal.on('SIGINT', () => interrupted.abort())
  try {
    return await terminal.question('', { signal: interrupted.signal })
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}
