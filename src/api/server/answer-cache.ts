import { createHash } from 'node:crypto'

/** An answer as it is sent. */
export interface Answer {
  text: string
  /** Of exactly this text, in quotes. */
  etag: string
}

/** Answers that are remembered. */
const KEPT = 256

/**
 * The newest answer to each request. While nothing happened in the node, all clients get one answer, which is made once.
 *
 * @example
 * const { text, etag } = await cache.get('/rounds?limit=5', version, async () => toJson(await roundsView(reader, {})))
 */
export class AnswerCache {
  readonly #answers = new Map<string, { version: string; answer: Promise<Answer> }>()

  /** @param version changes with everything that answers may show */
  async get(key: string, version: string, make: () => Promise<string>): Promise<Answer> {
    const known = this.#answers.get(key)
    if (known?.version === version) return known.answer
    const made = { version, answer: make().then((text) => ({ text, etag: etagOf(text) })) }
    this.#answers.delete(key)
    this.#answers.set(key, made)
    const [oldest] = this.#answers.keys()
    if (this.#answers.size > KEPT && oldest !== undefined) this.#answers.delete(oldest)
    try {
      return await made.answer
    } catch (error) {
      if (this.#answers.get(key) === made) this.#answers.delete(key)
      throw error
    }
  }
}

function etagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}

/** Whether a client that names these tags has the answer already (RFC 9110, 13.1.2). */
export function hasAnswer(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
}
