// Entry of one worker thread.
import { doJob } from './jobs.ts'
import type { Jobs } from './jobs.ts'
import { serveJobs } from './serve-jobs.ts'

serveJobs<Jobs>(doJob)
