/** A part of the site: what a reader wants, and the pages for it in the order of reading. */
export interface Chapter {
  title: string
  /** Files in the repository, each with its name in the navigation. */
  pages: readonly (readonly [source: string, label: string])[]
}

/** The order of the site. Pages of docs/ that are not named here follow under "More". */
export const CHAPTERS: readonly Chapter[] = [
  {
    title: 'Begin',
    pages: [
      ['README.md', 'Quorate'],
      ['docs/concepts.md', 'Concepts'],
      ['docs/tutorial.md', 'Tutorial'],
    ],
  },
  {
    title: 'Guides',
    pages: [
      ['docs/join.md', 'Join as a member'],
      ['docs/operate.md', 'Run an operator'],
      ['docs/govern.md', 'Govern'],
      ['docs/bring-your-model.md', 'Bring your model'],
      ['docs/simulate.md', 'Simulate'],
    ],
  },
  {
    title: 'In depth',
    pages: [
      ['docs/tasks.md', 'Tasks'],
      ['docs/data.md', 'Data'],
      ['docs/python.md', 'Your own program'],
      ['docs/results.md', 'Results'],
      ['docs/provenance.md', 'Provenance'],
      ['docs/market.md', 'Market'],
      ['docs/inference.md', 'Inference'],
      ['docs/grants.md', 'Grants of data'],
      ['docs/oracle.md', 'Scores on chain'],
      ['docs/insight.md', 'Chain intelligence'],
      ['docs/agents.md', 'Agents at work'],
      ['docs/privacy.md', 'Privacy'],
      ['docs/operations.md', 'Operations'],
      ['docs/doctor.md', 'Doctor'],
      ['docs/dashboard.md', 'Dashboard'],
      ['docs/networks.md', 'Networks'],
      ['deploy/README.md', 'Deploying'],
      ['docs/economics.md', 'Economics'],
      ['docs/governance.md', 'Governance'],
      ['docs/versions.md', 'Versions'],
      ['examples/README.md', 'Examples'],
    ],
  },
  {
    title: 'Reference',
    pages: [
      ['docs/cli.md', 'Commands'],
      ['docs/configuration.md', 'Configuration'],
      ['docs/api.md', 'API'],
      ['docs/events.md', 'Events'],
      ['docs/metrics.md', 'Metrics'],
      ['docs/errors.md', 'Errors'],
      ['docs/glossary.md', 'Glossary'],
    ],
  },
  {
    title: 'How it works',
    pages: [
      ['docs/architecture.md', 'Architecture'],
      ['docs/protocol.md', 'Protocol'],
      ['docs/aggregation.md', 'Aggregation'],
      ['docs/judge.md', 'Judge'],
      ['docs/threat-model.md', 'Threat model'],
      ['docs/decisions/README.md', 'Decisions'],
    ],
  },
  {
    title: 'Figures',
    pages: [
      ['docs/robustness.md', 'Robustness'],
      ['docs/performance.md', 'Performance'],
      ['docs/gas.md', 'Gas'],
      ['docs/chaos.md', 'Chaos'],
      ['docs/soak.md', 'Soak'],
      ['docs/game.md', 'Game'],
      ['docs/inputs.md', 'Inputs'],
    ],
  },
  {
    title: 'Project',
    pages: [
      ['CHANGELOG.md', 'Changes'],
      ['CONTRIBUTING.md', 'Contributing'],
      ['SECURITY.md', 'Security'],
    ],
  },
]

/** The chapters with the pages that there are. Pages without a place come last, with their titles. */
export function chaptersOf(titles: ReadonlyMap<string, string>, chapters: readonly Chapter[] = CHAPTERS): Chapter[] {
  const named = new Set(chapters.flatMap(({ pages }) => pages.map(([source]) => source)))
  const rest = [...titles].filter(([source]) => !named.has(source))
  return [
    ...chapters.map(({ title, pages }) => ({ title, pages: pages.filter(([source]) => titles.has(source)) })),
    { title: 'More', pages: rest },
  ].filter(({ pages }) => pages.length > 0)
}
