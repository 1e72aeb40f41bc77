import { useEffect, useState } from 'preact/hooks'

/** The chain's time, which goes on by the reader's clock from what the node said last. */
export function useChainNow(said: number | undefined): number {
  const [now, setNow] = useState(said ?? 0)
  useEffect(() => {
    if (said === undefined) return undefined
    const start = Date.now()
    setNow(said)
    const timer = setInterval(() => setNow(said + Math.floor((Date.now() - start) / 1000)), 1000)
    return () => clearInterval(timer)
  }, [said])
  return now
}
