/** A time for people, in UTC and to the second: `2026-01-31T12:00:00Z`. Milliseconds that no date has are shown as they are. */
export function isoTime(ms: number): string {
  const date = new Date(ms)
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString().replace(/\.\d+Z$/, 'Z')
}
