import { useEffect, useState } from 'preact/hooks'

/** Pages in the order of the navigation. The part of the address after `#/` names one, with arguments after it. */
export const PAGES = {
  round: 'Round now',
  model: 'Model',
  cohort: 'Cohort',
  why: 'Why?',
  disputes: 'Disputes',
  economics: 'Economics',
  lineage: 'Lineage',
  governance: 'Governance',
  wallet: 'Wallet',
  node: 'Node',
} as const
export type PageName = keyof typeof PAGES

export interface Route {
  page: PageName
  arguments: string[]
}

export function parseRoute(hash: string): Route {
  const [name = '', ...rest] = hash.replace(/^#\/?/, '').split('/')
  return { page: name in PAGES ? (name as PageName) : 'round', arguments: rest.map(decodeURIComponent) }
}

export function linkTo(page: PageName, ...rest: string[]): string {
  return `#/${[page, ...rest.map(encodeURIComponent)].join('/')}`
}

/** The page that the address names. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const read = (): void => setHash(location.hash)
    addEventListener('hashchange', read)
    return () => removeEventListener('hashchange', read)
  }, [])
  return parseRoute(hash)
}
