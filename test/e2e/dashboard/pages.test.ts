import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RoundAnswer, WhyAnswer } from '../../../src/api/schemas.ts'
import { AnsweringNode } from '../../support/dashboard/answering-node.ts'
import { buildPage } from '../../support/dashboard/built-page.ts'
import { NO_CHROMIUM, openBrowser } from '../../support/dashboard/chromium.ts'
import { JUDGED, recordAnswers } from '../../support/dashboard/recorded-answers.ts'
import type { Recording } from '../../support/dashboard/recorded-answers.ts'
import { POISONER } from '../../support/why/judged-round.ts'
import { LONG } from '../../support/long.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** For people to look at, where QUORATE_SCREENSHOTS is set; git ignores the folder. */
const SCREENSHOTS = process.env['QUORATE_SCREENSHOTS']
  ? resolve(import.meta.dirname, '../../../dashboard/screenshots')
  : undefined
const WIDTHS = { phone: 390, laptop: 1280, wall: 2560 }
const THEMES = ['light', 'dark'] as const
type Look = readonly [theme: (typeof THEMES)[number], size: keyof typeof WIDTHS]
const LOOKS: readonly Look[] = THEMES.flatMap((theme) =>
  (['phone', 'laptop', 'wall'] as const).map((size): Look => [theme, size]),
)
/** Every look of a page takes a second or more: `npm test` has one, another for the next page. `npm run test:dashboard` has all six. */
const looksOf = (page: number): readonly Look[] =>
  LONG || SCREENSHOTS !== undefined ? LOOKS : page % 2 === 0 ? [['light', 'phone']] : [['dark', 'laptop']]

let recording: Recording
let page: Awaited<ReturnType<typeof buildPage>>
let node: AnsweringNode
let browser: Browser
const poisoner = (): string => recording.round.computed.rows[POISONER]!.member

beforeAll(async () => {
  if (NO_CHROMIUM !== undefined) return
  if (SCREENSHOTS !== undefined) mkdirSync(SCREENSHOTS, { recursive: true })
  recording = await recordAnswers()
  page = await buildPage()
  node = await AnsweringNode.start(page.folder, recording.answers)
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await node?.[Symbol.asyncDispose]()
  await page?.[Symbol.asyncDispose]()
})

/** A tab that keeps what the browser complains of: script errors, and what the policy forbids. */
class Tab implements AsyncDisposable {
  readonly page: Page
  readonly complaints: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => void (message.type() === 'error' && this.complaints.push(message.text())))
  }

  static async open(colorScheme: 'light' | 'dark'): Promise<Tab> {
    const context = await browser.newContext({ colorScheme, reducedMotion: 'reduce' })
    return new Tab(await context.newPage())
  }

  async goto(route: string, width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: 900 })
    await this.page.goto(`${node.url}#/${route}`)
    await this.page.locator('main h1').waitFor()
    await this.page
      .getByText(/^Loading /)
      .first()
      .waitFor({ state: 'detached' })
  }

  /** Ids of the serious findings of axe, with the elements. */
  async findings(): Promise<string[]> {
    await this.page.evaluate(AXE)
    const { violations } = await this.page.evaluate<AxeResults>('axe.run()')
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.context().close()
  }
}

interface AxeResults {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[]
}

const ROUTES = ['round', 'round/12', 'model', 'cohort', 'why', 'disputes', 'economics', 'lineage', 'governance', 'wallet', 'node']

describe.skipIf(NO_CHROMIUM !== undefined)('every page', () => {
  const PAGES = [...ROUTES, 'why/poisoner']
  // axe takes longer than all else: `npm test` has it look at every third page.
  const examined = (page: number): boolean => LONG || SCREENSHOTS !== undefined || page % 3 === 0
  it.each(PAGES)('%s fits every width, light and dark, without a serious finding of axe', async (name) => {
    const route = name === 'why/poisoner' ? `why/${JUDGED}/${poisoner()}` : name
    for (const [theme, size] of looksOf(PAGES.indexOf(name))) {
      await using tab = await Tab.open(theme)
      await tab.goto(route, WIDTHS[size])
      if (SCREENSHOTS !== undefined)
        await tab.page.screenshot({ path: join(SCREENSHOTS, `${name.replace('/', '-')}-${size}-${theme}.png`), fullPage: true })
      // Only tables and the navigation scroll sideways, and within themselves.
      expect(
        await tab.page.evaluate('document.documentElement.scrollWidth - innerWidth'),
        `${name}, ${size}`,
      ).toBeLessThanOrEqual(0)
      if (size !== 'wall' && examined(PAGES.indexOf(name))) expect(await tab.findings(), `${name}, ${size}, ${theme}`).toEqual([])
      expect(tab.complaints).toEqual([])
    }
  })
})

describe.skipIf(NO_CHROMIUM !== undefined)('why', () => {
  it('recomputes a rejection in the browser, and says that the claim hash is only the word of the node', async () => {
    await using tab = await Tab.open('light')
    await tab.goto(`why/${JUDGED}/${poisoner()}`, WIDTHS.laptop)
    const text = await tab.page.locator('main').innerText()
    expect(text).toContain('Not paid: the update is an outlier')
    expect(text).toContain('This browser ran the rule again')
    expect(text).toContain('Only the node\u2019s word')
  })

  it('refuses a tampered leaf, and shows nothing of the answer', async () => {
    const path = `/rounds/${JUDGED}/members/${poisoner()}/why`
    const answer = recording.answers.get(path) as WhyAnswer
    const rows = answer.rows.map((row, index) => (index === POISONER ? { ...row, verdict: 3, score: '1' } : row))
    recording.answers.set(path, { ...answer, rows })
    await using tab = await Tab.open('light')
    await tab.goto(`why/${JUDGED}/${poisoner()}`, WIDTHS.laptop)
    const text = await tab.page.locator('main').innerText()
    recording.answers.set(path, answer)
    expect(text).toContain('Refused: these leaves are not those of the claim')
    expect(text).toContain('the members rows: the leaves lead to')
    expect(text).not.toContain('Step by step')
  })

  it('refuses true leaves of another member', async () => {
    const [mine, other] = [POISONER, 0].map(
      (row) => `/rounds/${JUDGED}/members/${recording.round.computed.rows[row]!.member}/why`,
    )
    const answer = recording.answers.get(mine!)
    recording.answers.set(mine!, recording.answers.get(other!))
    await using tab = await Tab.open('light')
    await tab.goto(`why/${JUDGED}/${poisoner()}`, WIDTHS.laptop)
    const text = await tab.page.locator('main').innerText()
    recording.answers.set(mine!, answer)
    expect(text).toContain('which is not what was asked')
  })
})

describe.skipIf(NO_CHROMIUM !== undefined)('events', () => {
  it('change the page, and a lost connection is said and tried again', async () => {
    await using tab = await Tab.open('light')
    await tab.goto('round', WIDTHS.laptop)
    const status = tab.page.getByRole('status').first()
    await status.getByText('live').waitFor()
    const round = recording.answers.get('/rounds/13') as RoundAnswer
    recording.answers.set('/rounds/13', {
      ...round,
      phase: 'attest',
      entries: round.entries.map((entry) => ({ ...entry, revealed: true, awaited: false })),
    })
    node.tell('phase')
    await tab.page.getByText('Nobody: every member has done its part').waitFor()
    node.cutStreams()
    await status.getByText('reconnecting').waitFor()
    await status.getByText('live').waitFor()
    recording.answers.set('/rounds/13', round)
  })
})
