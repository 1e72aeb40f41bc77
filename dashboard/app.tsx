import type { ComponentType } from 'preact'
import { lazy, Suspense } from 'preact/compat'
import { useEffect, useState } from 'preact/hooks'
import { taskSchema } from '../src/api/schemas.ts'
import { SourceContext, TaskContext, useAnswer } from './data/context.ts'
import type { Source } from './data/context.ts'
import { Answered } from './parts/loading.tsx'
import { ConnectionBadge } from './parts/connection.tsx'
import { Empty } from './parts/small.tsx'
import { TokenForm } from './parts/token-form.tsx'
import { CohortPage } from './pages/cohort.tsx'
import { DisputesPage } from './pages/disputes.tsx'
import { EconomicsPage } from './pages/economics.tsx'
import { GovernancePage } from './pages/governance.tsx'
import { LineagePage } from './pages/lineage.tsx'
import { ModelPage } from './pages/model.tsx'
import { NodePage } from './pages/node.tsx'
import { RoundPage } from './pages/round.tsx'
import { linkTo, PAGES, useRoute } from './route.ts'
import type { PageName } from './route.ts'
import { currentTheme, setTheme } from './theme.ts'

/** What a page is given: the rest of the address. */
export interface PageProps {
  rest: string[]
}

// The two pages that need the protocol code and viem are loaded when they are opened.
const PAGE: Record<PageName, ComponentType<PageProps>> = {
  round: RoundPage,
  model: ModelPage,
  cohort: CohortPage,
  why: lazy(async () => (await import('./why/page.tsx')).WhyPage),
  disputes: DisputesPage,
  economics: EconomicsPage,
  lineage: LineagePage,
  governance: GovernancePage,
  wallet: lazy(async () => (await import('./wallet/page.tsx')).WalletPage),
  node: NodePage,
}

export function App({ source }: { source: Source }) {
  return (
    <SourceContext.Provider value={source}>
      <Frame />
    </SourceContext.Provider>
  )
}

function Frame() {
  const { page, arguments: rest } = useRoute()
  const task = useAnswer('/task', taskSchema)
  const Page = PAGE[page]
  useEffect(() => {
    document.title = `${PAGES[page]} · Quorate`
  }, [page])
  return (
    <div class="frame">
      <header class="top">
        <a class="skip" href="#main" onClick={skip}>
          Skip to the page
        </a>
        <a class="brand" href={linkTo('round')}>
          Quorate
        </a>
        <span class="task-name">{task.answer && `task ${task.answer.task}: ${task.answer.name}`}</span>
        <div class="tools">
          <ConnectionBadge />
          <ThemeSwitch />
        </div>
      </header>
      <nav class="nav" aria-label="Pages">
        <ul>
          {(Object.keys(PAGES) as PageName[]).map((name) => (
            <li key={name}>
              <a href={linkTo(name)} aria-current={name === page ? 'page' : undefined}>
                {PAGES[name]}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        {task.problem?.status === 401 ? (
          <TokenForm />
        ) : page === 'node' ? (
          // It says what a node waits for that has not started yet.
          <NodePage />
        ) : (
          <Answered loaded={task} what="the task">
            {(answer) => (
              <TaskContext.Provider value={answer}>
                <Suspense fallback={<Empty>Loading the page …</Empty>}>
                  <Page rest={rest} />
                </Suspense>
              </TaskContext.Provider>
            )}
          </Answered>
        )}
      </main>
      <footer>
        What this page shows is the word of the node that serves it, except where it says that it was checked against the chain.
      </footer>
    </div>
  )
}

/** The part of the address after # names the page, so the link may not change it. */
function skip(event: Event): void {
  event.preventDefault()
  document.querySelector<HTMLElement>('#main')!.focus()
}

function ThemeSwitch() {
  const [theme, set] = useState(currentTheme())
  const other = theme === 'dark' ? 'light' : 'dark'
  const change = (): void => {
    setTheme(other)
    set(other)
  }
  return (
    <button type="button" onClick={change} aria-label={`Switch to the ${other} design`} title={`Switch to the ${other} design`}>
      <span aria-hidden="true">{theme === 'dark' ? '☀' : '☾'}</span>
    </button>
  )
}
