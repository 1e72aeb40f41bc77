/** .871 for 0.8712. */
export function formatShare(value: number): string {
  return value.toFixed(3).replace(/^0/, '')
}
