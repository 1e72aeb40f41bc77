import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { formatAmount } from '../../src/core/amount.ts'
import { useTask } from '../data/context.ts'
import { dateTime, roundTokens, shortHash, symbolOf } from './format.ts'

/** Copies a text, and says so. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [copied, setCopied] = useState(false)
  const copy = (): void => {
    void navigator.clipboard?.writeText(text).then(() => {
      setCopied(true)
      setTimeout(() => setCopied(false), 1500)
    })
  }
  return (
    <button type="button" class="plain" title={`Copy ${text}`} aria-label={`Copy ${what}`} onClick={copy}>
      {copied ? '✓' : <CopyIcon />}
    </button>
  )
}

/** Drawn, because not every system font has such a sign. */
function CopyIcon() {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <rect x="5.5" y="5.5" width="8" height="9" rx="1.5" />
      <path d="M10.5 3.5v-1a1 1 0 0 0-1-1h-6a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h1" />
    </svg>
  )
}

/** A hash or an address, short, with the whole one on hover and to copy. */
export function Hash({ value, what = 'hash', copy = true }: { value: string; what?: string; copy?: boolean }) {
  return (
    <span class="short">
      <code title={value}>{shortHash(value)}</code>
      {copy && <Copy text={value} what={`${what} ${shortHash(value)}`} />}
    </span>
  )
}

/** An amount in whole tokens; the exact one on hover and to copy. */
export function Amount({ value, symbol = true }: { value: string | bigint; symbol?: boolean }) {
  const { token } = useTask()
  const amount = BigInt(value)
  const exact = `${formatAmount(amount, token)} ${symbolOf(token)} (${amount} of its smallest unit)`
  return (
    <span class="short" title={exact}>
      {roundTokens(amount, token)}
      {symbol && ` ${symbolOf(token)}`}
      {symbol && <Copy text={formatAmount(amount, token)} what="the exact amount" />}
    </span>
  )
}

export function Time({ at }: { at: number | null }) {
  return at === null ? <span class="soft">–</span> : <time dateTime={new Date(at * 1000).toISOString()}>{dateTime(at)}</time>
}

export function Card({
  title,
  lead,
  wide,
  id,
  children,
}: {
  title: string
  lead?: ComponentChildren
  wide?: boolean
  id?: string
  children: ComponentChildren
}) {
  return (
    <section class={wide ? 'card wide' : 'card'} aria-label={title} id={id}>
      <header>
        <h2>{title}</h2>
        {lead !== undefined && <p class="lead">{lead}</p>}
      </header>
      {children}
    </section>
  )
}

/** Says what will appear here and when. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>
}

export function Notice({
  kind = 'note',
  children,
  live,
}: {
  kind?: 'note' | 'good' | 'bad' | 'warn'
  children: ComponentChildren
  live?: boolean
}) {
  const role = live ? (kind === 'bad' ? 'alert' : 'status') : undefined
  return (
    <div class={`notice ${kind}`} {...(role && { role })}>
      {children}
    </div>
  )
}

/** Names and numbers side by side. */
export function Figures({ items }: { items: [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="figures">
      {items.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Facts({ items }: { items: [name: string, value: ComponentChildren][] }) {
  return (
    <dl class="facts">{items.flatMap(([name, value]) => [<dt key={`${name} name`}>{name}</dt>, <dd key={name}>{value}</dd>])}</dl>
  )
}
