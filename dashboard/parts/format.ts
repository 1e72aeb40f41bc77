import { formatAmount } from '../../src/core/amount.ts'
import type { TokenUnit } from '../../src/core/amount.ts'

/** An amount for people: whole tokens with separators, at most four significant decimals. The exact value goes beside it. */
export function roundTokens(amount: bigint, unit: TokenUnit): string {
  const [whole = '0', fraction = ''] = formatAmount(amount < 0n ? -amount : amount, unit).split('.')
  const zeros = /^0*/.exec(fraction)![0].length
  const places = whole === '0' ? Math.min(fraction.length, zeros + 3) : Math.max(0, Math.min(fraction.length, 4 - whole.length))
  const shown = fraction.slice(0, places).replace(/0+$/, '')
  const more = fraction.slice(places).replaceAll('0', '') !== ''
  const text = whole.replace(/\B(?=(\d{3})+$)/g, ',') + (shown === '' ? '' : `.${shown}`)
  return `${more ? '≈ ' : ''}${amount < 0n ? '−' : ''}${text}`
}

export function symbolOf({ symbol }: TokenUnit): string {
  return symbol === '' ? 'tokens' : symbol
}

/** `0x1234…abcd`. */
export function shortHash(hash: string): string {
  return hash.length > 14 ? `${hash.slice(0, 6)}…${hash.slice(-4)}` : hash
}

/** Seconds for people: `3 min 20 s`. */
export function duration(seconds: number): string {
  const rest = Math.max(0, Math.round(seconds))
  const [days, hours, minutes] = [Math.floor(rest / 86_400), Math.floor((rest % 86_400) / 3600), Math.floor((rest % 3600) / 60)]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${minutes} min`
  if (minutes > 0) return `${minutes} min ${rest % 60} s`
  return `${rest} s`
}

/** `2026-11-30 04:10:07`, in the reader's time zone. */
export function dateTime(seconds: number): string {
  const date = new Date(seconds * 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** A share for people: `12.3 %`. */
export function percentOf(share: number): string {
  return `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`
}

/** A measured number with as many digits as say something. */
export function measured(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  return size === 0
    ? '0'
    : size >= 1000
      ? value.toFixed(0)
      : size >= 0.001
        ? value.toPrecision(4).replace(/\.?0+$/, '')
        : value.toExponential(2)
}
