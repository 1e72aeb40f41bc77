/** What happens to the bytes between two programs. */
export interface LinkEffect {
  /** Connections are refused, and those that stand are reset. */
  cut?: boolean
  /** Connections that stand fall silent for good, without an end; new ones work. */
  halfOpen?: boolean
  /** No byte arrives until it is healed; nothing is lost. */
  stall?: boolean
  delayMs?: number
  bytesPerSecond?: number
  /** Chance of each piece of data to have one wrong bit. */
  corrupt?: number
}

export interface LinkRule extends LinkEffect {
  /** Whether the rule is about this pair: who opened the connection, and to whom. */
  concerns(from: string, to: string): boolean
}

/** The state of all links: rules come and go, gateways obey them. */
export class Net {
  readonly #rules = new Set<LinkRule>()
  readonly #listeners = new Set<() => void>()

  /** Puts a rule in force; the returned function takes it back. */
  add(rule: LinkRule): () => void {
    this.#rules.add(rule)
    this.#tell()
    return () => {
      this.#rules.delete(rule)
      this.#tell()
    }
  }

  /** All effects that are in force on a link. */
  effect(from: string, to: string): LinkEffect {
    const effects = [...this.#rules].filter((rule) => rule.concerns(from, to))
    return Object.assign({}, ...effects) as LinkEffect
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
