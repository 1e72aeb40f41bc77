import { Findings } from '../findings.ts'
import { labelImages } from '../loaders/label-images.ts'
import type { SourceFile } from '../loaders/list-files.ts'
import { sortLabels } from './draft.ts'
import type { Draft, DraftOptions } from './draft.ts'

/** Images whose size is looked at. */
const LOOKED_AT = 100
/** Largest side that a draft proposes. */
const SIDE = 224

/** Labels from folders or `labels.csv`, size and channels from the first images. */
export async function draftImages(files: readonly SourceFile[], { target = 'label' }: DraftOptions): Promise<Draft> {
  const { default: sharp } = await import('sharp')
  const images = await labelImages(files, target, new Findings())
  const sides: number[] = []
  let channels: 1 | 3 = 1
  for (const { path } of images.slice(0, LOOKED_AT)) {
    const found = await sharp(path)
      .metadata()
      .catch(() => undefined)
    if (!found) continue
    sides.push(Math.min(found.width, found.height))
    if (found.space !== 'b-w' && found.space !== 'grey16') channels = 3
  }
  const side = Math.min(SIDE, sides.sort((a, b) => a - b)[Math.floor(sides.length / 2)] ?? SIDE)
  const labels = sortLabels(images.flatMap(({ label }) => (label === undefined || label === null ? [] : [String(label)])))
  return {
    schema: { kind: 'image', height: side, width: side, channels, target: { kind: 'class', column: target, labels } },
    notes: [
      `${images.length} images; height and width are the middle size, at most ${SIDE}`,
      'the labels are those of this folder: add the labels that only other members have',
    ],
  }
}
