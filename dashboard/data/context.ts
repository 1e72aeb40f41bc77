import { createContext } from 'preact'
import { useContext, useEffect, useState } from 'preact/hooks'
import type { TaskAnswer } from '../../src/api/schemas.ts'
import { ApiFailure } from './node-api.ts'
import type { NodeApi, Shape } from './node-api.ts'
import type { Live } from './live.ts'

/** What every page has: the node's API and its events. */
export interface Source {
  api: NodeApi
  live: Live
}

export const SourceContext = createContext<Source | undefined>(undefined)
/** The task, once the node has said it. */
export const TaskContext = createContext<TaskAnswer | undefined>(undefined)

export function useSource(): Source {
  return useContext(SourceContext)!
}

export function useTask(): TaskAnswer {
  return useContext(TaskContext)!
}

export interface Loaded<T> {
  answer: T | undefined
  problem: ApiFailure['problem'] | undefined
}

/**
 * An answer of the API that is asked for again whenever the node tells that something changed. The last answer stays while a later
 * request fails.
 *
 * @param path undefined asks nothing
 */
export function useAnswer<T>(path: string | undefined, shape: Shape<T>): Loaded<T> {
  const { api, live } = useSource()
  const [loaded, setLoaded] = useState<Loaded<T> & { path?: string | undefined }>({ answer: undefined, problem: undefined })
  useEffect(() => {
    if (path === undefined) return undefined
    const stop = new AbortController()
    const load = (): void => {
      api.get(path, shape, stop.signal).then(
        (answer) => setLoaded({ path, answer, problem: undefined }),
        (error: unknown) => {
          if (stop.signal.aborted) return
          const problem =
            error instanceof ApiFailure ? error.problem : { status: 0, code: 'INTERNAL', detail: String(error), advice: '' }
          setLoaded((last) => ({ path, answer: last.path === path ? last.answer : undefined, problem }))
        },
      )
    }
    load()
    const end = live.onChange(load)
    return () => {
      end()
      stop.abort()
    }
  }, [path, api, live])
  return loaded.path === path ? loaded : { answer: undefined, problem: undefined }
}
