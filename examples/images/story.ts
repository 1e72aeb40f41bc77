/**
 * Folders of images: seven hospitals have handwritten digits as PNG files in folders by label, each another mix. They train a small CNN.
 *
 *     node examples/images/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { loadMnist, partitionSamples } from '../../src/training/index.ts'
import { NO_PROGRAMS, storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { writeTask } from '../support/write-task.ts'

const MEMBERS = 7
/** Images of a member, on average; a fifth of them is held out. */
const SIZE = { full: 750, small: 180 }

export const images: Story = {
  name: 'images',
  about: 'seven members with folders of PNG files train a CNN on digits',
  attacks: ['sign-flip', 'model-replacement'],
  rounds: { full: 10, small: 3 },
  async prepare(folder, { small }) {
    const { train, inputShape } = await loadMnist()
    const [height, width, channels] = inputShape as [number, number, number]
    const names = Array.from({ length: 10 }, (_, digit) => String(digit))
    const labels = train.labels.subarray(0, MEMBERS * SIZE[small ? 'small' : 'full'])
    const partition = { kind: 'dirichlet', alpha: 0.5 } as const
    const shares = partitionSamples({ partition, labels, classes: 10, members: MEMBERS, seed: 1 })
    for (const [index, share] of shares.entries()) {
      const place = join(folder, 'members', `hospital-${index + 1}`)
      for (const name of names) await mkdir(join(place, name), { recursive: true })
      await Promise.all(
        [...share].map(async (image) => {
          const pixels = train.inputs.subarray(image * height * width, (image + 1) * height * width)
          const file = join(place, names[labels[image]!]!, `${image}.png`)
          await sharp(pixels, { raw: { width, height, channels: 1 } }).toFile(file)
        }),
      )
    }
    await writeTask(folder, {
      name: 'digits',
      schema: { kind: 'image', height, width, channels: channels as 1, target: { kind: 'class', labels: names } },
      training: { learningRate: 0.05, momentum: 0.9, epochs: small ? 2 : 1, batchSize: 32 },
      members: MEMBERS,
    })
    return NO_PROGRAMS
  },
}

if (import.meta.main) await storyCommand(images)
