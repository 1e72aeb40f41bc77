import { appendFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../../../cli/demo/free-port.ts'
import type { PostedEvent } from '../../../src/chain/index.ts'
import { NO_CHROMIUM, openBrowser } from '../../support/dashboard/chromium.ts'
import { from, RunningConsortium } from '../support/running-consortium.ts'
import { LONG } from '../../support/long.ts'

const CONFIG = resolve(import.meta.dirname, '../../../dashboard/vite.config.ts')
const MEMBERS = 4
/** How long a page of a loaded machine may take, ms. */
const PATIENCE = 300_000

const reason = NO_CHROMIUM ?? (LONG ? undefined : 'it takes minutes: npm run test:dashboard')
if (reason !== undefined) console.warn(`skipped, the dashboard of running nodes: ${reason}`)

describe.skipIf(reason !== undefined)('the dashboard of running nodes', { timeout: 900_000 }, () => {
  let running: RunningConsortium
  let browser: Browser
  let page: Page
  /** Where the dashboards of the coordinator and of a member are. */
  const at = { coordinator: '', member: '' }

  beforeAll(async () => {
    // Nodes serve the folder of the clone.
    await build({ configFile: CONFIG, logLevel: 'warn' })
    running = await RunningConsortium.found({ members: MEMBERS, attacks: ['sign-flip'], seed: 3, dashboard: true })
    const { consortium } = running
    const [port] = await freePorts(1)
    at.member = `127.0.0.1:${port}`
    at.coordinator = consortium.operator.dashboard!
    // This member's page has no chain to ask.
    await appendFile(consortium.members[0]!.configPath, `\n[api]\nlisten = "${at.member}"\n`)
    browser = await openBrowser()
    page = await browser.newPage()
    page.setDefaultTimeout(PATIENCE)
    await running.startOperator()
    running.startMembers()
  })
  afterAll(async () => {
    await browser?.close()
    await running?.[Symbol.asyncDispose]()
  })

  const goto = async (node: keyof typeof at, route: string): Promise<void> =>
    page
      .goto(`http://${at[node]}/#/${route}`)
      .then(() => page.reload())
      .then(() => undefined)
  const main = () => page.locator('main')

  it('shows the round as it happens, and the next one without being asked', async () => {
    await goto('coordinator', 'round')
    await page.getByRole('status').first().getByText('live').waitFor()
    await main().getByRole('heading', { name: 'Round 1', exact: true }).waitFor()
    for (const { owner } of running.consortium.members)
      await expect.poll(async () => main().innerHTML(), { timeout: PATIENCE }).toContain(owner.toLowerCase())
    await running.programs.event('round 1 is posted', from('coordinator', 'posted', 1n))
    // Nobody reloads the page.
    await main()
      .getByRole('heading', { name: /^Round [2-9]/ })
      .waitFor()
  })

  it('shows the last claim, with the hash that the chain has', async () => {
    await running.programs.event('round 1 is posted', from('coordinator', 'posted', 1n))
    const claim = (await running.history()).find((event) => event.type === 'posted' && event.round === 1n) as PostedEvent
    for (const route of ['round/1', 'lineage']) {
      await goto('coordinator', route)
      await main().getByTitle(claim.claimHash).first().waitFor()
    }
  })

  it('recomputes why the poisoner was rejected from the answers of the node, and asks the chain for the claim', async () => {
    const poisoner = running.consortium.members.find(({ attack }) => attack)!.owner.toLowerCase()
    await running.programs.event('round 1 is posted', from('coordinator', 'posted', 1n))
    await goto('coordinator', `why/1/${poisoner}`)
    await main().getByText('Checked against the chain by this browser').waitFor()
    const text = await main().innerText()
    expect(text).toContain('Not paid')
    expect(text).toContain('This browser ran the rule again')
  })

  it('does the same with the answers of a member, and says that the claim hash is only its word', async () => {
    const honest = running.consortium.members[0]!.owner.toLowerCase()
    await running.programs.event('member-0 replays round 1', from('member-0', 'replayed', 1n))
    await goto('member', `why/1/${honest}`)
    await main().getByText('This browser ran the rule again').waitFor()
    const text = await main().innerText()
    expect(text).toContain('Only the node\u2019s word')
    expect(text).toMatch(/Paid/)
  })
})
