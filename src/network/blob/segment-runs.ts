/** Consecutive segments. */
export interface SegmentRun {
  first: number
  count: number
}

/** Segments in the order given as runs of consecutive ones, no longer than `most`: each run is one read. */
export function segmentRuns(segments: readonly number[], most: number): SegmentRun[] {
  const runs: SegmentRun[] = []
  for (const segment of segments) {
    const last = runs.at(-1)
    if (last && last.count < most && segment === last.first + last.count) last.count++
    else runs.push({ first: segment, count: 1 })
  }
  return runs
}
