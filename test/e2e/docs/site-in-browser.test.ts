import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSite } from '../../../scripts/docs/site/build-site.ts'
import { NO_CHROMIUM, openBrowser } from '../../support/dashboard/chromium.ts'
import { LONG } from '../../support/long.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

/** The site from a disk, as a reader opens it: `npm run test:docs`. */
describe.skipIf(!LONG || NO_CHROMIUM !== undefined)('the documentation in a browser', () => {
  let folder: string
  let pages: string[]
  let browser: Browser

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'quorate docs-'))
    pages = buildSite(ROOT, folder)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const open = async (tab: Page, page: string): Promise<void> => void (await tab.goto(pathToFileURL(join(folder, page)).href))

  it('fits a phone: only tables and listings scroll sideways', async () => {
    const tab = await browser.newPage({ viewport: { width: 390, height: 844 } })
    const wide: string[] = []
    for (const page of pages) {
      await open(tab, page)
      const width = await tab.evaluate(() => document.documentElement.scrollWidth)
      if (width > 390) wide.push(`${page}: ${width} px`)
    }
    expect(wide).toEqual([])
  })

  it.each(['light', 'dark'] as const)('breaks no rule of WCAG 2.2 AA in %s colours', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } })
    const tab = await context.newPage()
    for (const page of ['index.html', 'docs/tutorial.html', 'docs/metrics.html']) {
      await open(tab, page)
      await tab.evaluate(axe.source)
      const { violations } = await tab.evaluate(async () => (globalThis as unknown as { axe: typeof axe }).axe.run())
      expect(violations.map(({ id, nodes }) => `${page}: ${id}: ${nodes[0]?.html}`)).toEqual([])
    }
  })

  it('finds a section by its words, and opens it', async () => {
    const tab = await browser.newPage()
    await open(tab, 'docs/decisions/index.html')
    await tab.keyboard.press('/')
    await tab.keyboard.type('exit codes')
    await tab.getByRole('link', { name: 'Errors: Exit codes' }).click()
    await tab.waitForURL(/docs\/errors\.html#exit-codes$/)
    expect(await tab.getByRole('heading', { name: 'Exit codes' }).isVisible()).toBe(true)
  })
})
