const KEY = 'quorate-theme'
export type Theme = 'light' | 'dark'

const dark = matchMedia('(prefers-color-scheme: dark)')

/** What the reader chose, or what the system prefers. */
export function currentTheme(): Theme {
  const chosen = localStorage.getItem(KEY)
  return chosen === 'light' || chosen === 'dark' ? chosen : dark.matches ? 'dark' : 'light'
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEY, theme)
  applyTheme()
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = currentTheme()
}

/** Follows the system while the reader has chosen nothing. */
export function followTheme(): void {
  applyTheme()
  dark.addEventListener('change', applyTheme)
}
