import sharp from 'sharp'
import { escapeHtml } from '../../svg.ts'
import { parseView, viewTitle } from '../views.ts'
import type { InversionResult } from './invert-case.ts'
import { localTitle } from './inversion-markdown.ts'
import { unpackImages } from './pack-images.ts'
import { summariseInversion } from './summarise-inversion.ts'
import type { InversionSummary } from './summarise-inversion.ts'

/** Images in a row, at most. */
const SHOWN = 8
/** Side of an image, and the space between two, in its own pixels. */
const SIDE = 28
const GAP = 2
/** Of a pixel on the page. */
const SCALE = 1.5
const LABEL = 275
const HEAD = 30
const ROW = (SIDE + GAP) * SCALE
/** Grey levels; noise does not compress, and no eye tells more. */
const LEVELS = 16

interface Row {
  label: string
  images: Uint8Array[]
}

/**
 * Originals and what was recovered of them, as one SVG with the pictures inside: for each model and training the originals, and below them a row for each view.
 *
 * @returns text of the SVG; a view whose members differ from those of the first, such as a bucket, has its own originals
 */
export async function drawGallery(results: readonly InversionResult[]): Promise<string> {
  const blocks = Map.groupBy(summariseInversion(results), (one) => `${one.model}, images of a member: ${localTitle(one)}`)
  const parts: string[] = []
  let top = 0
  for (const [title, summaries] of blocks) {
    parts.push(`<text class="title" x="4" y="${top + 20}">${escapeHtml(title)}</text>`)
    top += HEAD
    for (const { label, images } of rowsOf(summaries, results)) {
      parts.push(`<text x="4" y="${top + ROW / 2 + 4}">${escapeHtml(label)}</text>${await strip(images, top)}`)
      top += ROW + 2
    }
    top += 8
  }
  const width = LABEL + SHOWN * ROW
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" role="img" aria-label="Originals and what was recovered of them">
<style>text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:13px}image{image-rendering:pixelated}</style>
<rect width="${width}" height="${top}" fill="#fff"/>${parts.join('\n')}</svg>
`
}

function rowsOf(summaries: readonly InversionSummary[], results: readonly InversionResult[]): Row[] {
  const rows: Row[] = []
  let above = ''
  for (const { similarity, victims: _, ...summary } of summaries) {
    const own = results.filter(({ case: one }) => isOf(one, summary)).sort((a, b) => a.case.victim - b.case.victim)
    const originals = own.flatMap(({ pictures }) => unpackImages(pictures.original, SIDE ** 2)).slice(0, SHOWN)
    const hash = Buffer.concat(originals).toString('base64')
    if (hash !== above) rows.push({ label: 'original', images: originals })
    above = hash
    const label = `${viewTitle(parseView(summary.view))}${summary.attack === 'dense' ? ', read off' : ''}: SSIM ${similarity.toFixed(2)}`
    rows.push({ label, images: own.flatMap(({ pictures }) => unpackImages(pictures.recovered, SIDE ** 2)).slice(0, SHOWN) })
  }
  return rows
}

const isOf = (one: InversionResult['case'], setting: object): boolean =>
  Object.entries(one).every(([name, value]) => name === 'victim' || (setting as Record<string, unknown>)[name] === value)

/** A row of images as one PNG. */
async function strip(images: readonly Uint8Array[], top: number): Promise<string> {
  const width = images.length * (SIDE + GAP)
  const pixels = new Uint8Array(width * SIDE).fill(255)
  for (const [i, image] of images.entries()) {
    for (let y = 0; y < SIDE; y++) pixels.set(image.subarray(y * SIDE, (y + 1) * SIDE), y * width + i * (SIDE + GAP))
  }
  const png = await sharp(pixels, { raw: { width, height: SIDE, channels: 1 } })
    .png({ palette: true, colours: LEVELS, compressionLevel: 9 })
    .toBuffer()
  return `<image x="${LABEL}" y="${top}" width="${width * SCALE}" height="${SIDE * SCALE}" href="data:image/png;base64,${png.toString('base64')}"/>`
}
