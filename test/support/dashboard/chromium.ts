import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

/** Where Debian has it; another browser may be named. */
export const CHROMIUM = process.env['QUORATE_CHROMIUM'] ?? '/usr/bin/chromium'

/** Why the tests in a browser are skipped, or undefined when they run. */
export const NO_CHROMIUM = existsSync(CHROMIUM)
  ? undefined
  : `${CHROMIUM} is missing: install chromium, or name a browser in QUORATE_CHROMIUM`
if (NO_CHROMIUM !== undefined) console.warn(`tests in a browser are skipped: ${NO_CHROMIUM}`)

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync']

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: FLAGS })
}
