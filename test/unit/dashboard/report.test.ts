import { describe, expect, it } from 'vitest'
import { renderReport } from '../../../dashboard/report/render-report.ts'
import { AnsweringNode } from '../../support/dashboard/answering-node.ts'
import { recordAnswers } from '../../support/dashboard/recorded-answers.ts'
import { readReport } from '../../../cli/report/read-report.ts'

const { answers } = await recordAnswers()
await using node = await AnsweringNode.start('/nowhere', answers)
const data = await readReport({ api: node.url, rounds: 50 })

describe('the report of a task', () => {
  it('stands alone: no script, no other file, no other host', () => {
    const html = renderReport(data)
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|\bon\w+=/i)
    expect(html.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
  })

  it('has the figures of the answers', () => {
    const html = renderReport(data)
    expect(html).toContain('Report on task 1: tumour segmentation, seven hospitals')
    expect(html).toContain('after round 12')
    expect(html).toContain('1,080 QRT')
    expect(html).toContain('7,220 QRT were slashed')
    expect(html).toContain('quarantine until round 25')
    expect(html.match(/<svg/g)!.length).toBeGreaterThan(2)
  })

  it('says what is missing before the first claim', () => {
    const empty = {
      ...data,
      rounds: [],
      evaluations: [],
      disputes: { disputes: [], penalties: [] },
      governance: null,
      models: [],
    }
    const html = renderReport(empty)
    expect(html).toContain('before the first claim')
    expect(html).toContain('No member has told what it measured of the model.')
    expect(html).not.toContain('Quality of the model')
  })

  it('escapes what others wrote', () => {
    const html = renderReport({ ...data, task: { ...data.task, name: '<img src=x onerror=alert(1)>' } })
    expect(html).not.toContain('<img')
  })

  it('a node that does not answer has a code', async () => {
    await expect(readReport({ api: 'http://127.0.0.1:9/', rounds: 1 })).rejects.toMatchObject({ code: 'API_UNREACHABLE' })
  })
})
